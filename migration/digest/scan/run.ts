/** What a comparison of all rows needs: a plan, snapshots on both sides, seeds, a meter and a journal. */
import { createHash, randomInt } from 'node:crypto'
import { CannotCompareError, cannotCompare } from '../errors.ts'
import { readCatalog } from '../plan/catalog.ts'
import { type Seeds, seedsFrom } from '../plan/hash.ts'
import { type Plan, planTables } from '../plan/plan.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { connect, openSnapshot } from '../session.ts'
import {
  type Clients,
  type Connection,
  type Side,
  type Table,
  tableName,
  usualChunkMebibytes,
  type VerifyOptions,
} from '../types.ts'
import type { ChunkJournal, Run } from './chunk-journal.ts'
import { Meter } from './meter.ts'
import type { Sides } from './scan.ts'

const maxSeed = 2 ** 47

export interface OpenRun {
  tables: TablePlan[]
  sides: Sides
  /** One session of each side. */
  clients: Clients
  seeds: Seeds
  where: string
  meter: Meter
  journal: ChunkJournal
  chunkBytes: number
  signal: AbortSignal
}

/** Opens a run, does the work, and leaves nothing running on the servers, however the work ends. */
export async function withRun<T>(
  source: Connection,
  target: Connection,
  options: VerifyOptions,
  journalOf: (run: Run) => ChunkJournal,
  work: (run: OpenRun) => Promise<T>,
): Promise<T> {
  const {
    where = 'true',
    jobs = 2,
    chunkMebibytes = usualChunkMebibytes,
    onProgress,
    maxMebibytesPerSecond,
  } = options
  const signal = options.signal ?? new AbortController().signal
  const plan = options.plan ?? (await planOf(source, target, options.tables))
  const tables = [...plan.tables.values()]
  const fingerprint = JSON.stringify([
    plan.servers,
    tables.map(({ estimatedRows, ...table }) => table),
    where,
  ])
  const comparison = createHash('sha256').update(fingerprint).digest('hex')
  const sides = await openBoth(source, target, jobs, tables)
  const terminate = () => Promise.allSettled([sides.source.terminate(), sides.target.terminate()])
  const onAbort = () => void terminate()
  signal.addEventListener('abort', onAbort)
  let journal: ChunkJournal | undefined
  try {
    const clients = { source: sides.source.sessions[0]!, target: sides.target.sessions[0]! }
    await checkUnchanged(clients, tables)
    journal = journalOf({ comparison, seed: options.seed ?? randomInt(maxSeed), chunkMebibytes })
    const meter = new Meter({ maxMebibytesPerSecond, onProgress, signal })
    const seeds = seedsFrom(journal.run.seed)
    const chunkBytes = chunkMebibytes * 1024 * 1024
    return await work({ tables, sides, clients, seeds, where, meter, journal, chunkBytes, signal })
  } catch (error) {
    await terminate()
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
    journal?.close()
    await Promise.all([sides.source.close(), sides.target.close()])
  }
}

/** A seed that every shard of a comparison arrives at by itself. */
export function seedOf(comparison: string): number {
  return Number.parseInt(comparison.slice(0, 11), 16)
}

async function planOf(source: Connection, target: Connection, tables?: readonly Table[]): Promise<Plan> {
  const opened = await Promise.allSettled([connect('source', source), connect('target', target)])
  try {
    const [ours, theirs] = opened
    if (ours.status === 'rejected') throw ours.reason
    if (theirs.status === 'rejected') throw theirs.reason
    return await planTables(ours.value, theirs.value, tables)
  } finally {
    await Promise.allSettled(opened.map((one) => one.status === 'fulfilled' && one.value.end()))
  }
}

async function openBoth(
  source: Connection,
  target: Connection,
  jobs: number,
  tables: readonly Table[],
): Promise<Sides> {
  const opened = await Promise.allSettled([
    openSnapshot('source', source, jobs, tables),
    openSnapshot('target', target, jobs, tables),
  ])
  const [ours, theirs] = opened
  if (ours.status === 'fulfilled' && theirs.status === 'fulfilled')
    return { source: ours.value, target: theirs.value }
  for (const side of opened) if (side.status === 'fulfilled') await side.value.close()
  throw (ours.status === 'rejected' ? ours : (theirs as PromiseRejectedResult)).reason
}

/** The tables are locked now; between the plan and the locks their columns may have changed. */
async function checkUnchanged(clients: Clients, tables: readonly TablePlan[]): Promise<void> {
  await Promise.all([checkSide('source', clients, tables), checkSide('target', clients, tables)])
}

async function checkSide(side: Side, clients: Clients, tables: readonly TablePlan[]): Promise<void> {
  const catalog = await readCatalog(clients[side]).catch((error) =>
    Promise.reject(cannotCompare(side, 'reading the catalog', error)),
  )
  for (const table of tables) {
    const now = catalog.tables.get(tableName(table))
    if (!now || now.fingerprint !== table.fingerprints[side])
      throw new CannotCompareError(
        `${side}: ${tableName(table)} changed its definition since the comparison was planned: run again when changes of the schema rest`,
      )
  }
}
