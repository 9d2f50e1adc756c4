import { createHash } from 'node:crypto'
import {
  closeSync,
  fdatasyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Sharing } from './share.ts'

export interface JournalEntry {
  seq: number
  /** ISO 8601 wall clock, for people. */
  at: string
  /** Milliseconds since the run's journal was opened, monotonic. */
  elapsedMs: number
  event: string
  step?: string
  [detail: string]: unknown
}

/**
 * The record of one run: a line an entry, each with the hash of the one before. It is evidence; what is true of a
 * switchover is in the decision record and the databases.
 */
export interface Journal {
  readonly path: string
  /**
   * @throws once, when the entry cannot be written, e.g. because the disk is full: the run must not go on. What
   * comes after it is dropped without a word, so that the way back does not fail for want of a record.
   * @param durability `disk`, the default: on disk when it returns. `process`: a killed process loses nothing, a
   * machine that loses power may, until the next entry that is on disk. For the pause, where payments would wait
   * for the disk a few milliseconds an entry.
   */
  write(event: string, detail?: Record<string, unknown>, durability?: 'disk' | 'process'): JournalEntry
  /** Returns when everybody who may read the journal can read what was written; never awaited in the pause. */
  shared(): Promise<void>
  close(): void
}

export const genesis = '0'.repeat(64)

/** @param sharing what carries the entries to others, when the journal is not only this machine's */
export function openJournal(path: string, sharing?: Sharing): Journal {
  mkdirSync(dirname(path), { recursive: true })
  const file = openSync(path, 'a')
  const before = readJournal(readFileSync(path, 'utf8'))
  if (before.broken)
    throw new Error(
      `the journal ${path} is broken at line ${before.broken.line}: ${before.broken.why}; keep it for the auditor and begin a new run`,
    )
  let seq = before.entries.length
  let previous = before.hash
  let size = readFileSync(path).length
  let failed = false
  const started = performance.now()
  return {
    path,
    write(event, detail = {}, durability = 'disk') {
      const entry: JournalEntry = {
        seq: ++seq,
        at: new Date().toISOString(),
        elapsedMs: round(performance.now() - started),
        event,
        ...detail,
      }
      const body = JSON.stringify(entry)
      if (failed) return entry
      const hash = chain(previous, body)
      const line = `${hash} ${body}\n`
      const written = Buffer.from(line)
      try {
        writeWhole(file, written)
        if (durability === 'disk') fdatasyncSync(file)
      } catch (error) {
        failed = true
        // Half a line would look like a journal that somebody cut.
        ftruncateSync(file, size)
        throw new Error(
          `the journal ${path} cannot be written: ${(error as Error).message}; make room on its disk or repair it, then run the runbook again`,
        )
      }
      previous = hash
      size += written.length
      sharing?.add(seq, line)
      return entry
    },
    async shared() {
      await sharing?.done()
    },
    close: () => closeSync(file),
  }
}

export interface JournalContent {
  entries: JournalEntry[]
  /** Hash of the last good entry. */
  hash: string
  /** The first line that does not follow from those before it. */
  broken?: { line: number; why: string }
}

/** Reads a journal and checks its chain: a cut line, a changed byte and a missing entry are noticed. */
export function readJournal(text: string): JournalContent {
  const entries: JournalEntry[] = []
  let hash = genesis
  const lines = text.split('\n')
  const last = lines.pop()
  for (const [at, line] of lines.entries()) {
    const body = line.slice(65)
    if (line !== `${chain(hash, body)} ${body}`)
      return {
        entries,
        hash,
        broken: { line: at + 1, why: 'its hash does not follow from the entries before it' },
      }
    hash = line.slice(0, 64)
    entries.push(JSON.parse(body))
  }
  if (last) return { entries, hash, broken: { line: lines.length + 1, why: 'it is cut off in the middle' } }
  return { entries, hash }
}

const chain = (previous: string, body: string): string =>
  createHash('sha256').update(previous).update(body).digest('hex')

/** A disk that fills up takes a part of a line and says so only by the count. */
function writeWhole(file: number, line: Buffer): void {
  for (let at = 0; at < line.length; ) at += writeSync(file, line.subarray(at))
}

const round = (value: number): number => Math.round(value * 1000) / 1000
