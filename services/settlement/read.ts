import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { type Entry, type Header, type Problem, readEntry, readHeader, readTrailer } from './format.ts'
import { onlyAscii } from './text.ts'

/** A file that is refused as a whole. */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly problems: Problem[]

  constructor(problems: Problem[]) {
    super(problems.map(({ line, reason }) => `line ${line}: ${reason}`).join('\n'))
    this.problems = problems
  }
}

export interface Checked {
  header: Header
  records: number
  sum: bigint
  /** SHA-256 of the bytes, hexadecimal. */
  content: string
}

export interface Take {
  /** Entries of a call but the last. */
  batch: number
  entries(entries: Entry[], header: Header): Promise<void>
}

/** Enough to see what is wrong with a file; it is refused anyway. */
const mostProblems = 20
/** Longer than any line of the format, so that a file without line ends fills no memory. */
const longestLine = 200
/** Sums of so many amounts stay exact as numbers. */
const exactSums = 1000

/**
 * Reads a settlement file from beginning to end in constant memory, however long it is.
 * @param take gets the entries in batches, as they are read: before the trailer has said that the file is whole
 * @throws {@link Rejection}
 */
export async function readSettlement(chunks: AsyncIterable<Uint8Array>, take?: Take): Promise<Checked> {
  const hash = createHash('sha256')
  const problems: Problem[] = []
  const foreign: Problem[] = []
  let [line, records, sum, partial] = [0, 0, 0n, 0]
  let previous = ''
  let header: Header | undefined
  let ended = false
  let batch: Entry[] = []

  const note = (reason: string, at = line) => {
    problems.push({ line: at, reason })
    if (problems.length >= mostProblems) throw new Rejection(problems)
  }
  const give = async () => {
    if (batch.length === 0 || problems.length > 0) return
    const given = batch
    batch = []
    await take?.entries(given, header!)
  }
  const count = (entry: Entry) => {
    previous = entry.reference
    records++
    partial += entry.amount
    if (records % exactSums === 0) [sum, partial] = [sum + BigInt(partial), 0]
  }
  const end = (found: string[]) => {
    ended = true
    const trailer = readTrailer(found)
    if (typeof trailer === 'string') return note(trailer)
    sum += BigInt(partial)
    if (problems.length > 0) return
    if (trailer.records !== BigInt(records))
      note(`the trailer counts ${trailer.records} records, the file has ${records}`)
    if (trailer.sum !== sum) note(`the trailer sums to ${trailer.sum}, the amounts to ${sum}`)
  }
  const read = (found: string[]) => {
    if (ended) throw new Rejection([...problems, { line, reason: 'there is something after the trailer' }])
    if (found[0] === 'T') return end(found)
    if (found[0] !== 'R') return note(`the line begins with «${(found[0] ?? '').slice(0, 40)}», not R or T`)
    const entry = readEntry(found, line, previous)
    if (typeof entry === 'string') return note(entry)
    count(entry)
    if (take) batch.push(entry)
  }

  const parser = parse({ quote: null, relax_column_count: true, max_record_size: longestLine })
  pipeline(Readable.from(onlyAscii(chunks, hash, foreign)), parser, () => {}) // the loop below throws its error
  try {
    for await (const found of parser as AsyncIterable<string[]>) {
      line++
      if (header) {
        read(found)
        if (take && batch.length >= take.batch) await give()
        continue
      }
      const first = readHeader(found)
      if (typeof first === 'string') throw new Rejection([{ line, reason: first }])
      header = first
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    note(`a line of more than ${longestLine} bytes`, (error as CsvError & { lines: number }).lines)
  }
  if (foreign[0])
    throw new Rejection([...problems.filter((each) => each.line < foreign[0]!.line), foreign[0]])
  if (problems.length === 0 && !ended) {
    note(
      line === 0 ? 'the file is empty' : 'the file ends here, without a trailer: it was cut off',
      Math.max(1, line),
    )
  }
  if (problems.length > 0) throw new Rejection(problems)
  await give()
  return { header: header!, records, sum, content: hash.digest('hex') }
}
