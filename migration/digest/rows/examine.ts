/** From buckets that differ to the keys that do. */

import { cannotCompare } from '../errors.ts'
import type { Seeds } from '../plan/hash.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { type Bucketing, differingBuckets, digestOf, finer, inBuckets } from '../scan/buckets.ts'
import type { ScannedTable } from '../scan/scan.ts'
import { rows } from '../session.ts'
import { digestSql, keyNumber, relationOf, rowsSql } from '../sql.ts'
import { type Clients, quoted, tableName } from '../types.ts'
import { type Difference, difference, rowsByName } from './compare.ts'

/** Rows a side sends at once: bounds the client's memory. */
const rowsAtOnce = 10_000
/** Buckets that the servers split at once, each into 256: bounds the sums the client holds. */
const bucketsToSplit = 64
/** A bucket of so few rows is fetched rather than split. */
const rowsNotWorthSplitting = 64

export interface Examined extends Difference {
  /** False when `maxKeys` ended the search. */
  complete: boolean
}

interface Part {
  bucketing: Bucketing
  /** Buckets with the rows of the larger side. */
  buckets: Map<bigint, number>
}

/** Splits buckets inside the servers while they are large, then fetches keys and hashes of what is left. */
export async function examine(
  clients: Clients,
  scanned: Pick<ScannedTable, 'table' | 'bucketing' | 'differing'>,
  options: { seeds: Seeds; where: string; maxKeys: number; signal: AbortSignal },
): Promise<Examined> {
  const { table } = scanned
  const found: Examined = { missing: [], extra: [], differing: [], complete: true }
  const open: Part[] = [{ bucketing: scanned.bucketing, buckets: scanned.differing }]
  for (let part = open.pop(); part; part = open.pop()) {
    options.signal.throwIfAborted()
    const { bucketing, buckets } = part
    if (buckets.size === 0) continue
    const total = [...buckets.values()].reduce((sum, size) => sum + size, 0)
    const split = finer(bucketing)
    if (split && total > rowsAtOnce && total / buckets.size > rowsNotWorthSplitting) {
      const [now, later] = first(buckets, (taken) => taken < bucketsToSplit)
      const condition = conditionFor(table, bucketing, now, options)
      const sql = (from: string) => digestSql(table, options.seeds, split, from, condition)
      const [source, target] = (await onBoth(clients, table, sql)).map(digestOf)
      open.push(
        { bucketing, buckets: later },
        { bucketing: split, buckets: differingBuckets(source!, target!) },
      )
      continue
    }
    const [now, later] = first(buckets, (_, rowCount) => rowCount <= rowsAtOnce)
    open.push({ bucketing, buckets: later })
    const condition = conditionFor(table, bucketing, now, options)
    const sql = (from: string) => rowsSql(table, options.seeds, from, condition)
    const [source, target] = (await onBoth(clients, table, sql)).map(rowsByName)
    const { missing, extra, differing } = difference(source!, target!)
    found.missing.push(...missing)
    found.extra.push(...extra)
    found.differing.push(...differing)
    const more = open.some((one) => one.buckets.size > 0)
    if (more && found.missing.length + found.extra.length + found.differing.length >= options.maxKeys)
      return { ...found, complete: false }
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

async function onBoth(
  clients: Clients,
  table: TablePlan,
  sql: (from: string) => string,
): Promise<(string | null)[][][]> {
  return Promise.all(
    (['source', 'target'] as const).map((side) =>
      rows(clients[side], sql(relationOf(table, side))).catch((error) =>
        Promise.reject(cannotCompare(side, `reading ${tableName(table)}`, error)),
      ),
    ),
  )
}

/** The first buckets while the condition holds, at least one, neighbours together so that their ranges join. */
function first(
  buckets: Map<bigint, number>,
  fits: (taken: number, rowCount: number) => boolean,
): [bigint[], Map<bigint, number>] {
  const sorted = [...buckets].sort(([a], [b]) => (a < b ? -1 : 1))
  let taken = 0
  for (let rowCount = 0; taken < sorted.length; taken++) {
    rowCount += sorted[taken]![1]
    if (taken > 0 && !fits(taken, rowCount)) break
  }
  return [sorted.slice(0, taken).map(([bucket]) => bucket), new Map(sorted.slice(taken))]
}
