/** From buckets that differ to the keys that do. */
import { type Bucketing, differingBuckets, finer, inBuckets } from './buckets.ts'
import { type Difference, difference, rowsByName } from './compare.ts'
import { cannotCompare } from './errors.ts'
import type { Seeds } from './hash.ts'
import type { TablePlan } from './plan.ts'
import { digestOf, type ScannedTable } from './scan.ts'
import { rows } from './session.ts'
import { digestSql, keyNumber, rowsSql } from './sql.ts'
import { type Clients, qualified, quoted, tableName } from './types.ts'

/** Rows a side sends at once: bounds the client's memory. */
const rowsAtOnce = 40_000
/** A bucket above this is split further inside the servers. */
const rowsToSplit = 10_000

export interface Examined extends Difference {
  /** False when `maxKeys` ended the search. */
  complete: boolean
}

export async function examine(
  clients: Clients,
  scanned: Pick<ScannedTable, 'table' | 'bucketing' | 'differing'>,
  options: { seeds: Seeds; where: string; maxKeys: number; signal: AbortSignal },
): Promise<Examined> {
  const { table } = scanned
  const found: Examined = { missing: [], extra: [], differing: [], complete: true }
  const open: { bucketing: Bucketing; buckets: Map<bigint, number> }[] = [
    { bucketing: scanned.bucketing, buckets: scanned.differing },
  ]
  for (let next = open.pop(); next; next = open.pop()) {
    const { bucketing, buckets } = next
    const split = finer(bucketing)
    const large = split ? [...buckets].filter(([, size]) => size > rowsToSplit) : []
    if (split && large.length > 0) {
      const condition = conditionFor(
        table,
        bucketing,
        large.map(([bucket]) => bucket),
        options,
      )
      const sql = digestSql(table, options.seeds, split, qualified(table), condition)
      const [source, target] = (await onBoth(clients, table, sql)).map(digestOf)
      open.push({ bucketing: split, buckets: differingBuckets(source!, target!) })
      for (const [bucket] of large) buckets.delete(bucket)
    }
    for (const batch of batches(buckets)) {
      options.signal.throwIfAborted()
      const sql = rowsSql(table, options.seeds, conditionFor(table, bucketing, batch, options))
      const [source, target] = (await onBoth(clients, table, sql)).map(rowsByName)
      const { missing, extra, differing } = difference(source!, target!)
      found.missing.push(...missing)
      found.extra.push(...extra)
      found.differing.push(...differing)
      if (found.missing.length + found.extra.length + found.differing.length >= options.maxKeys) {
        return { ...found, complete: false }
      }
    }
  }
  return found
}

function conditionFor(
  table: TablePlan,
  bucketing: Bucketing,
  buckets: readonly bigint[],
  { seeds, where }: { seeds: Seeds; where: string },
): string {
  const column = table.integerKey ? quoted(table.key[0]!.name) : ''
  return `(${inBuckets(column, keyNumber(table, seeds), bucketing, buckets)}) AND (${where})`
}

async function onBoth(clients: Clients, table: TablePlan, sql: string): Promise<(string | null)[][][]> {
  return Promise.all(
    (['source', 'target'] as const).map((side) =>
      rows(clients[side], sql).catch((error) =>
        Promise.reject(cannotCompare(side, `reading ${tableName(table)}`, error)),
      ),
    ),
  )
}

/** Neighbours together, so that their ranges join. */
function* batches(buckets: Map<bigint, number>): Generator<bigint[]> {
  let batch: bigint[] = []
  let size = 0
  for (const [bucket, rowCount] of [...buckets].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (batch.length > 0 && size + rowCount > rowsAtOnce) {
      yield batch
      batch = []
      size = 0
    }
    batch.push(bucket)
    size += rowCount
  }
  if (batch.length > 0) yield batch
}
