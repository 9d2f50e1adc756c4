/** The queries of a digest. Both sides run the same text but for casts of key values. */

import { keyHash, named, partsOf, rowHashes, type Seeds } from './plan/hash.ts'
import type { TablePlan } from './plan/table-plan.ts'
import { type Bucketing, bucketOf } from './scan/buckets.ts'
import { qualified, quoted, type Side } from './types.ts'

/** A number of 64 bits for each row's key. */
export function keyNumber(table: TablePlan, seeds: Seeds): string {
  return table.integerKey ? integerKey(table) : keyHash(table.recipe, table.keyValues, seeds)
}

const integerKey = (table: TablePlan) => `${quoted(table.key[0]!.name)}::pg_catalog.int8`

interface Hashed {
  /** What to read, with its condition. */
  from: string
  k: string
  hashes: [string, string]
}

/** Rows with their key's number and both halves of their hash; `more` columns can be read from `from` too. */
function hashedRows(
  table: TablePlan,
  seeds: Seeds,
  from: string,
  condition: string,
  more: string[] = [],
): Hashed {
  // An integer key is in the seeds as it is; a sha256 takes none.
  const inSeeds = table.integerKey && table.recipe !== 'sha256' ? table.keyValues[0]!.sql : undefined
  const parts = partsOf(
    table.recipe,
    table.values.filter(({ sql }) => sql !== inSeeds),
  )
  const k = keyNumber(table, seeds)
  if (table.integerKey && !parts.shared && more.length === 0)
    return {
      from: `${from} WHERE ${condition}`,
      k,
      hashes: rowHashes(table.recipe, parts, k, seeds),
    }
  // Both halves use what is named here: OFFSET 0 keeps the planner from working it out for each.
  const { parts: byName, list } = named(parts)
  const columns = [...more, `${k} AS k`, ...list.map(([name, sql]) => `${sql} AS ${name}`)]
  return {
    from: `(SELECT ${columns.join(', ')} FROM ${from} WHERE ${condition} OFFSET 0) q`,
    k: 'k',
    hashes: rowHashes(table.recipe, byName, 'k', seeds),
  }
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
  const rows = hashedRows(table, seeds, from, condition)
  const [first, second] = rows.hashes
  return `SELECT ${bucketOf(rows.k, bucketing)}, count(*), sum(${first}), sum(${second}) FROM ${rows.from} GROUP BY 1`
}

/** The least and greatest key, rows, and the sums of the hashes' halves, of a table with an integer key. */
export function keySumsSql(table: TablePlan, seeds: Seeds, from: string, condition: string): string {
  const { k, hashes, from: read } = hashedRows(table, seeds, from, condition)
  return `SELECT min(${k}), max(${k}), count(*), sum(${hashes[0]}), sum(${hashes[1]}) FROM ${read}`
}

/** The first three of these alone; without the count the server would look for each end in the key's index. */
export function keyEndsSql(table: TablePlan, from: string, condition: string): string {
  const k = integerKey(table)
  return `SELECT min(${k}), max(${k}), count(*) FROM ${from} WHERE ${condition}`
}

/** The columns that name a row: its key, or all columns where there is none. */
export function namingColumns(table: TablePlan): string[] {
  return table.key.length > 0 ? table.key.map((column) => column.name) : table.columns
}

/** Naming columns as text, then the hash. */
export function rowsSql(table: TablePlan, seeds: Seeds, from: string, condition: string): string {
  const naming = namingColumns(table).map((name, i) => `${quoted(name)}::pg_catalog.text AS n${i}`)
  const { from: read, hashes } = hashedRows(table, seeds, from, condition, naming)
  return `SELECT ${naming.map((_, i) => `n${i}, `).join('')}${hashes.join(` || ' ' || `)} FROM ${read}`
}

/** Rows of the keys in the parameters, one array of texts for each key column. */
export function keysCondition(table: TablePlan, side: Side): string {
  const arrays = table.key.map(({ castType }, i) => `$${i + 1}::pg_catalog.text[]::${castType[side]}[]`)
  if (arrays.length === 1) return `${quoted(table.key[0]!.name)} = ANY (${arrays[0]})`
  const columns = table.key.map(({ name }) => quoted(name)).join(', ')
  return `(${columns}) IN (SELECT * FROM unnest(${arrays.join(', ')}))`
}
