/** The queries of a digest. Both sides run the same text but for casts of key values. */
import { type Bucketing, bucketOf } from './buckets.ts'
import { keyHash, rowHashes, rowValue, type Seeds } from './hash.ts'
import type { TablePlan } from './plan.ts'
import { qualified, quoted, type Side } from './types.ts'

/** A number of 64 bits for each row's key. */
export function keyNumber(table: TablePlan, seeds: Seeds): string {
  return table.integerKey
    ? `${quoted(table.key[0]!.name)}::pg_catalog.int8`
    : keyHash(table.recipe, table.keyExpressions, seeds)
}

/** Rows with `k` and `r`; OFFSET 0 keeps the planner from computing `r` once for each half of the hash. */
function hashedRows(
  table: TablePlan,
  seeds: Seeds,
  from: string,
  condition: string,
  more: string[] = [],
): string {
  const list = [
    ...more,
    `${keyNumber(table, seeds)} AS k`,
    `${rowValue(table.recipe, table.expressions)} AS r`,
  ]
  return `(SELECT ${list.join(', ')} FROM ${from} WHERE ${condition} OFFSET 0) q`
}

/** The table's own rows: those of tables that inherit from it are theirs. */
export function relationOf(table: TablePlan, side: Side): string {
  return table.partitioned[side] ? qualified(table) : `ONLY ${qualified(table)}`
}

/** bucket, rows, and the sums of the hashes' halves. */
export function digestSql(
  table: TablePlan,
  seeds: Seeds,
  bucketing: Bucketing,
  from: string,
  condition: string,
): string {
  const [first, second] = rowHashes(table.recipe, 'r', 'k', seeds)
  return `SELECT ${bucketOf('k', bucketing)}, count(*), sum(${first}), sum(${second})
    FROM ${hashedRows(table, seeds, from, condition)} GROUP BY 1`
}

/** The columns that name a row: its key, or all columns where there is none. */
export function namingColumns(table: TablePlan): string[] {
  return table.key.length > 0 ? table.key.map((column) => column.name) : table.columns
}

/** Naming columns as text, then the hash. */
export function rowsSql(table: TablePlan, seeds: Seeds, from: string, condition: string): string {
  const [first, second] = rowHashes(table.recipe, 'r', 'k', seeds)
  const naming = namingColumns(table).map((name, i) => `${quoted(name)}::pg_catalog.text AS n${i}`)
  return `SELECT ${naming.map((_, i) => `n${i}, `).join('')}${first} || ' ' || ${second}
    FROM ${hashedRows(table, seeds, from, condition, naming)}`
}

/** Rows of the keys in the parameters, one array of texts for each key column. */
export function keysCondition(table: TablePlan, side: Side): string {
  const arrays = table.key.map(({ castType }, i) => `$${i + 1}::pg_catalog.text[]::${castType[side]}[]`)
  if (arrays.length === 1) return `${quoted(table.key[0]!.name)} = ANY (${arrays[0]})`
  const columns = table.key.map(({ name }) => quoted(name)).join(', ')
  return `(${columns}) IN (SELECT * FROM unnest(${arrays.join(', ')}))`
}
