/** Reads all rows of all tables on both sides and finds the buckets that differ. */
import type pg from 'pg'
import { cannotCompare } from '../errors.ts'
import type { Seeds } from '../plan/hash.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { rows, type SnapshotSessions } from '../session.ts'
import { digestSql, relationOf } from '../sql.ts'
import { quoted, type Side, tableName } from '../types.ts'
import { add, type Bucketing, bucketingFor, type Digest, differingBuckets, digestOf } from './buckets.ts'
import type { ChunkJournal } from './chunk-journal.ts'
import { type Chunk, chunksOf } from './chunks.ts'
import type { Meter } from './meter.ts'
import { digestPieces } from './pieces.ts'

const bytesPerRow = 200

/** Both sides of a run. */
export type Sides = Record<Side, SnapshotSessions>

export interface ScannedTable {
  table: TablePlan
  bucketing: Bucketing
  sourceRows: number
  /** Buckets that differ with the rows of the larger side. */
  differing: Map<bigint, number>
}

export interface ScanOptions {
  seeds: Seeds
  where: string
  meter: Meter
  journal: ChunkJournal
  chunkBytes: number
  /** The chunks to read; all but for a shard. */
  share: (chunk: Chunk) => boolean
  signal: AbortSignal
}

interface Work {
  table: TablePlan
  bucketing: Bucketing
  chunks: Record<Side, Chunk[]>
  left: number
  digests: Record<Side, Digest>
}

/** Every session of a side takes the next piece until none is left; the sides do not wait for each other. */
export async function scan(
  sides: Sides,
  tables: readonly TablePlan[],
  options: ScanOptions,
): Promise<ScannedTable[]> {
  const works: Work[] = []
  for (const table of tables) works.push(await prepare(sides, table, options))
  for (const work of works) options.meter.expect([...work.chunks.source, ...work.chunks.target])
  const done: ScannedTable[] = []
  const queues: Record<Side, { work: Work; chunk: Chunk }[]> = { source: [], target: [] }
  for (const side of ['source', 'target'] as const)
    queues[side] = works.flatMap((work) => work.chunks[side].map((chunk) => ({ work, chunk })))

  async function worker(side: Side, session: pg.ClientBase): Promise<void> {
    for (let next = queues[side].shift(); next; next = queues[side].shift()) {
      options.signal.throwIfAborted()
      const { work, chunk } = next
      const kept = options.journal.find(chunk, work.bucketing)
      const read = kept ?? (await digestChunk(session, chunk, work.bucketing, options))
      if (kept) options.meter.skip(chunk, read)
      else {
        options.journal.keep(chunk, work.bucketing, read)
        options.meter.did(chunk, read)
      }
      for (const [bucket, sums] of read) add(work.digests[side], bucket, sums)
      if (--work.left === 0) done.push(finish(work))
      await options.meter.throttle(side)
    }
  }
  await Promise.all(
    (['source', 'target'] as const).flatMap((side) =>
      sides[side].sessions.map((session) => worker(side, session)),
    ),
  )
  return done.sort((a, b) => tables.indexOf(a.table) - tables.indexOf(b.table))
}

async function prepare(
  sides: Sides,
  table: TablePlan,
  { journal, share, chunkBytes }: ScanOptions,
): Promise<Work> {
  const [source, target] = await Promise.all(
    (['source', 'target'] as const).map((side) =>
      Promise.all([
        chunksOf(sides[side].sessions[0]!, side, table, chunkBytes),
        table.integerKey ? keyRange(sides[side].sessions[0]!, side, table) : undefined,
      ]).catch((error) => Promise.reject(cannotCompare(side, `reading ${tableName(table)}`, error))),
    ),
  )
  const ends = [source![1], target![1]].filter((range) => range !== undefined).flat()
  const range = ends.length > 0 ? ([least(ends), greatest(ends)] as const) : undefined
  // A table that was never analysed has no estimate; too many buckets do no harm.
  const bytes = source![0].reduce((sum, chunk) => sum + chunk.bytes, 0)
  const estimatedRows = Math.max(table.estimatedRows, bytes / bytesPerRow)
  const [ours, theirs] = [source![0].filter(share), target![0].filter(share)]
  return {
    table,
    bucketing: journal.bucketing(tableName(table), bucketingFor(table, estimatedRows, range)),
    chunks: { source: ours, target: theirs },
    left: ours.length + theirs.length,
    digests: { source: new Map(), target: new Map() },
  }
}

async function keyRange(
  client: pg.ClientBase,
  side: Side,
  table: TablePlan,
): Promise<[bigint, bigint] | undefined> {
  const column = quoted(table.key[0]!.name)
  const [[from, to]] = (await rows(
    client,
    `SELECT min(${column}), max(${column}) FROM ${relationOf(table, side)}`,
  )) as [[string | null, string | null]]
  return from === null || to === null ? undefined : [BigInt(from), BigInt(to)]
}

async function digestChunk(
  session: pg.ClientBase,
  chunk: Chunk,
  bucketing: Bucketing,
  { seeds, where }: Pick<ScanOptions, 'seeds' | 'where'>,
): Promise<Digest> {
  const query = (sql: string) =>
    rows(session, sql).catch((error) =>
      Promise.reject(cannotCompare(chunk.side, `reading ${tableName(chunk.table)}`, error)),
    )
  const inPieces = await digestPieces(query, chunk, bucketing, { seeds, where })
  if (inPieces) return inPieces
  const condition = `${chunk.condition} AND (${where})`
  return digestOf(await query(digestSql(chunk.table, seeds, bucketing, chunk.from, condition)))
}

function finish({ table, bucketing, digests }: Work): ScannedTable {
  let sourceRows = 0
  for (const { rows } of digests.source.values()) sourceRows += rows
  const differing = differingBuckets(digests.source, digests.target)
  digests.source.clear()
  digests.target.clear()
  return { table, bucketing, sourceRows, differing }
}

const least = (values: bigint[]) => values.reduce((a, b) => (a < b ? a : b))
const greatest = (values: bigint[]) => values.reduce((a, b) => (a > b ? a : b))
