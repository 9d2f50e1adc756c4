/** Finished chunks on disk: a run that was killed goes on, and shards of one run join. */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { CannotCompareError } from '../errors.ts'
import { tableName } from '../types.ts'
import { type Bucketing, coarsened, coarsest, type Digest } from './buckets.ts'
import type { Chunk } from './chunks.ts'
import { type Line, lineAt, lines } from './lines.ts'

/** What must be the same for chunks to belong together. */
export interface Run {
  seed: number
  /** Fingerprint of both servers, the tables' plans and the condition. */
  comparison: string
  /** A piece's name says where it begins, and this how far it goes. */
  chunkMebibytes: number
}

interface KeptChunk {
  chunk: string
  table: string
  bucketing: Bucketing
  /** bucket, rows, and the sums of the hashes' halves */
  digest: [string, number, string, string][]
}

type Entry = (Run & { startedAt: string }) | KeptChunk | { finished: true }

interface Content {
  path: string
  run: Run
  finished: boolean
  /** End of the last whole line, bytes. */
  end: number
  /** Digests stay in the file: there may be more of them than the client should hold. */
  chunks: { chunk: string; table: string; bucketing: Bucketing; line: Line }[]
}

export class ChunkJournal {
  readonly run: Run
  /** Chunks that need not be read. */
  readonly kept: number
  readonly #lines = new Map<string, { path: string; line: Line }>()
  readonly #bucketings = new Map<string, Bucketing>()
  readonly #file: number | undefined

  private constructor(run: Run, contents: readonly Content[], file?: number) {
    this.run = run
    this.#file = file
    for (const { path, chunks } of contents) {
      for (const { chunk, table, bucketing, line } of chunks) {
        this.#lines.set(chunk, { path, line })
        // Shards began at different times and may have seen tables of different sizes: the coarsest serves all.
        const known = this.#bucketings.get(table)
        this.#bucketings.set(table, known ? coarsest(known, bucketing) : bucketing)
      }
    }
    this.kept = this.#lines.size
  }

  /** Keeps nothing. */
  static none(run: Run): ChunkJournal {
    return new ChunkJournal(run, [])
  }

  /** Goes on with the run in the file; begins one when there is none or it came to its end. */
  static resume(path: string, run: Run): ChunkJournal {
    const before = readJournal(path)
    if (!before || before.finished) {
      const journal = new ChunkJournal(run, [], open(path, 'w'))
      journal.#write({ ...run, startedAt: new Date().toISOString() })
      return journal
    }
    check(before, run)
    const file = open(path, 'a')
    // A process that was killed may have left half a line.
    ftruncateSync(file, before.end)
    return new ChunkJournal(before.run, [before], file)
  }

  /** What several shards read; what none of them has remains to be read. */
  static merge(paths: readonly string[], run: Omit<Run, 'seed'>): ChunkJournal {
    const contents = paths.map((path) => {
      const content = readJournal(path)
      if (!content) throw new CannotCompareError(`${path}: no journal of a shard; run «verify --shard» first`)
      check(content, run)
      if (!content.finished)
        throw new CannotCompareError(
          `${path}: this shard did not come to its end; run it again and it goes on`,
        )
      return content
    })
    const [first] = contents
    if (!first || contents.some(({ run }) => run.seed !== first.run.seed))
      throw new CannotCompareError(
        'the shards were read with different seeds: run them again with one --seed',
      )
    return new ChunkJournal(first.run, contents)
  }

  /** The bucketing that the table's kept chunks can be brought to, else the given one. */
  bucketing(table: string, otherwise: Bucketing): Bucketing {
    return this.#bucketings.get(table) ?? otherwise
  }

  /** What was read of this chunk before. */
  find(chunk: Chunk, bucketing: Bucketing): Digest | undefined {
    const kept = this.#lines.get(nameOf(chunk))
    if (!kept) return undefined
    const entry = JSON.parse(lineAt(kept.path, kept.line)) as KeptChunk
    const digest: Digest = new Map()
    for (const [bucket, rows, first, second] of entry.digest)
      digest.set(BigInt(bucket), { rows, first: BigInt(first), second: BigInt(second) })
    return coarsened(digest, entry.bucketing, bucketing)
  }

  keep(chunk: Chunk, bucketing: Bucketing, read: Digest): void {
    if (this.#file === undefined) return
    const digest = Array.from(read, ([bucket, { rows, first, second }]): KeptChunk['digest'][number] => [
      `${bucket}`,
      rows,
      `${first}`,
      `${second}`,
    ])
    this.#write({ chunk: nameOf(chunk), table: tableName(chunk.table), bucketing, digest })
  }

  /** The next run with this file begins anew. */
  finish(): void {
    this.#write({ finished: true })
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
  }

  #write(entry: Entry): void {
    if (this.#file === undefined) return
    writeSync(this.#file, `${JSON.stringify(entry)}\n`)
    fsyncSync(this.#file)
  }
}

const nameOf = (chunk: Chunk) => `${chunk.side}/${chunk.id}`

function open(path: string, flags: 'a' | 'w'): number {
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    throw new CannotCompareError(`the journal ${path} cannot be written: ${(error as Error).message}`)
  }
}

function readJournal(path: string): Content | undefined {
  if (!existsSync(path)) return undefined
  let run: Run | undefined
  let finished = false
  let end = 0
  const chunks: Content['chunks'] = []
  try {
    for (const [text, line] of lines(path)) {
      const entry = JSON.parse(text) as Entry
      if ('comparison' in entry) {
        const { comparison, seed, chunkMebibytes } = entry
        run = { comparison, seed, chunkMebibytes }
      } else if ('finished' in entry) finished = true
      else chunks.push({ chunk: entry.chunk, table: entry.table, bucketing: entry.bucketing, line })
      end = line.start + line.length + 1
    }
  } catch (error) {
    throw new CannotCompareError(`the journal ${path} cannot be read: ${(error as Error).message}`)
  }
  return run && { path, run, finished, end, chunks }
}

function check({ path, run }: Content, { comparison, chunkMebibytes }: Omit<Run, 'seed'>): void {
  if (run.comparison !== comparison)
    throw new CannotCompareError(
      `${path} belongs to another comparison (other servers, tables, columns or condition): name another file or remove it`,
    )
  if (run.chunkMebibytes !== chunkMebibytes)
    throw new CannotCompareError(
      `${path} was read in chunks of ${run.chunkMebibytes} MiB: give --chunk ${run.chunkMebibytes}, or name another file or remove it`,
    )
}
