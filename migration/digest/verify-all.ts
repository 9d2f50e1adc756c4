import { randomInt } from 'node:crypto'
import { examine } from './examine.ts'
import { seedsFrom } from './hash.ts'
import { Meter } from './meter.ts'
import { type Plan, planTables } from './plan.ts'
import { tableResult } from './result.ts'
import { type Sides, scan } from './scan.ts'
import { connect, openSnapshot } from './session.ts'
import type { Connection, Table, TableResult, VerifyOptions, VerifyResult } from './types.ts'

const maxKeysDefault = 100_000
const maxRowsExplainedDefault = 1000

/**
 * Compares all rows of the tables, one snapshot a side. On data that changes meanwhile the snapshots differ by
 * what is under way: such keys are among the results, for a later `verifyKeys`.
 * @throws CannotCompareError when there is no answer: lost connection, permission, missing table or column.
 */
export async function verifyAll(
  source: Connection,
  target: Connection,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const signal = options.signal ?? new AbortController().signal
  const plan = options.plan ?? (await planOf(source, target, options.tables))
  const tables = [...plan.tables.values()]
  const jobs = options.jobs ?? 2
  const seeds = seedsFrom(options.seed ?? randomInt(2 ** 47))
  const meter = new Meter({
    maxMebibytesPerSecond: options.maxMebibytesPerSecond,
    onProgress: options.onProgress,
    signal,
  })
  const sides = await openBoth(source, target, jobs, tables)
  const cancelOnAbort = () => {
    for (const side of [sides.source, sides.target]) side.cancel().catch(() => {})
  }
  signal.addEventListener('abort', cancelOnAbort)
  try {
    const where = options.where ?? 'true'
    const scanned = await scan(sides, tables, { seeds, where, meter, signal })
    const results: TableResult[] = []
    const clients = { source: sides.source.sessions[0]!, target: sides.target.sessions[0]! }
    for (const table of scanned) {
      if (table.differing.size > 0) meter.report('examine', table.table.name, true)
      const found = await examine(clients, table, {
        seeds,
        where,
        signal,
        maxKeys: options.maxKeys ?? maxKeysDefault,
      })
      const explain = options.maxRowsExplained ?? maxRowsExplainedDefault
      results.push(await tableResult(clients, table, found, seeds, explain))
    }
    return {
      equal: results.every((table) => table.equal),
      tables: results,
      rowsPerSecond: meter.rowsPerSecond,
      bytes: meter.bytes,
      unsettled: 0,
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', cancelOnAbort)
    await close(sides)
  }
}

async function planOf(source: Connection, target: Connection, tables?: readonly Table[]): Promise<Plan> {
  const clients = [await connect('source', source), await connect('target', target)] as const
  try {
    return await planTables(...clients, tables)
  } finally {
    await Promise.allSettled(clients.map((client) => client.end()))
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

async function close(sides: Sides): Promise<void> {
  await Promise.all([sides.source.close(), sides.target.close()])
}
