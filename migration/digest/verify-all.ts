import { examine } from './rows/examine.ts'
import { recheckRows } from './rows/recheck.ts'
import { requireFound, tableResult } from './rows/result.ts'
import { ChunkJournal } from './scan/chunk-journal.ts'
import { type OpenRun, seedOf, withRun } from './scan/run.ts'
import { scan } from './scan/scan.ts'
import type { Connection, TableResult, VerifyOptions, VerifyResult } from './types.ts'

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
  const { journal: path } = options
  const result = await withRun(
    source,
    target,
    options,
    (run) => (path ? ChunkJournal.resume(path, run) : ChunkJournal.none(run)),
    (run) => compare(run, options),
  )
  return options.recheck ? recheckRows(source, target, result, options) : result
}

/** Joins what shards read and answers for the whole; reads what none of them has. */
export async function mergeShards(
  source: Connection,
  target: Connection,
  journals: readonly string[],
  options: Omit<VerifyOptions, 'journal' | 'seed'> = {},
): Promise<VerifyResult> {
  const result = await withRun(
    source,
    target,
    options,
    (run) => ChunkJournal.merge(journals, run),
    (run) => compare(run, options),
  )
  return options.recheck ? recheckRows(source, target, result, options) : result
}

/** Reads the shard's chunks into its journal. Says nothing about equality: `mergeShards` does. */
export async function readShard(
  source: Connection,
  target: Connection,
  shard: { index: number; count: number },
  journal: string,
  options: Omit<VerifyOptions, 'journal' | 'recheck'> = {},
): Promise<{ rows: number; bytes: number }> {
  return withRun(
    source,
    target,
    options,
    (run) => ChunkJournal.resume(journal, { ...run, seed: options.seed ?? seedOf(run.comparison) }),
    async (run) => {
      const share = ({ ordinal }: { ordinal: number }) => ordinal % shard.count === shard.index - 1
      await scan(run.sides, run.tables, { ...run, share })
      run.journal.finish()
      return { rows: run.meter.rows + run.meter.skippedRows, bytes: run.meter.bytes }
    },
  )
}

async function compare(run: OpenRun, options: VerifyOptions): Promise<VerifyResult> {
  const { maxKeys = maxKeysDefault, maxRowsExplained = maxRowsExplainedDefault } = options
  const scanned = await scan(run.sides, run.tables, { ...run, share: () => true })
  const tables: TableResult[] = []
  for (const table of scanned) {
    if (table.differing.size > 0) run.meter.report('examine', table.table.name, true)
    const found = await examine(run.clients, table, { ...run, maxKeys })
    // Chunks kept from earlier saw earlier rows: then what was read now decides.
    if (run.journal.kept === 0) requireFound(table, found)
    tables.push(await tableResult(run.clients, table, found, run.seeds, maxRowsExplained))
  }
  run.journal.finish()
  const { rowsPerSecond, bytes } = run.meter
  return { equal: tables.every((table) => table.equal), tables, rowsPerSecond, bytes, unsettled: 0 }
}
