/** Which columns of a row differ. */
import type pg from 'pg'
import { cannotCompare } from '../errors.ts'
import { maskCards } from '../mask.ts'
import { keyHash, type Seeds } from '../plan/hash.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { rows } from '../session.ts'
import { keysCondition, relationOf } from '../sql.ts'
import { type Clients, type DifferingRow, type Key, quoted, type Side, tableName } from '../types.ts'

const keysAtOnce = 200
const valueLength = 200

/** Differing columns of rows that both sides have; none for a table without a key. */
export async function differingColumns(
  clients: Clients,
  table: TablePlan,
  keys: readonly Key[],
  seeds: Seeds,
): Promise<DifferingRow[]> {
  const explained: DifferingRow[] = []
  for (let i = 0; i < keys.length; i += keysAtOnce) {
    const batch = keys.slice(i, i + keysAtOnce)
    const [source, target] = await Promise.all([
      columnHashes(clients.source, 'source', table, batch, seeds),
      columnHashes(clients.target, 'target', table, batch, seeds),
    ])
    for (const key of batch) {
      const [ours, theirs] = [source.get(JSON.stringify(key)), target.get(JSON.stringify(key))]
      const columns = table.columns.filter((_, n) => ours?.[n] !== theirs?.[n])
      explained.push({ key, columns })
    }
  }
  return explained
}

async function columnHashes(
  client: pg.ClientBase,
  side: Side,
  table: TablePlan,
  keys: readonly Key[],
  seeds: Seeds,
): Promise<Map<string, (string | null)[]>> {
  const naming = table.key.map(({ name }) => `${quoted(name)}::pg_catalog.text`)
  const hashes = table.columnValues.map((value) => keyHash(table.recipe, [value], seeds))
  const sql = `SELECT ${[...naming, ...hashes].join(', ')} FROM ${relationOf(table, side)} WHERE ${keysCondition(table, side)}`
  const read = await rows(client, sql, keyArrays(table, keys)).catch((error) =>
    Promise.reject(cannotCompare(side, `reading ${tableName(table)}`, error)),
  )
  return new Map(read.map((row) => [JSON.stringify(row.slice(0, naming.length)), row.slice(naming.length)]))
}

/** What the differing columns hold on both sides. */
export async function withValues(
  clients: Clients,
  table: TablePlan,
  explained: readonly DifferingRow[],
): Promise<DifferingRow[]> {
  const result: DifferingRow[] = []
  for (const { key, columns } of explained) {
    const texts = columns.map(
      (column) => `pg_catalog.left(${quoted(column)}::pg_catalog.text, ${valueLength})`,
    )
    const sql = (side: Side) =>
      `SELECT ${texts.join(', ')} FROM ${relationOf(table, side)} WHERE ${keysCondition(table, side)} LIMIT 1`
    const [[source], [target]] = (await Promise.all(
      (['source', 'target'] as const).map((side) =>
        rows(clients[side], sql(side), keyArrays(table, [key])).catch((error) =>
          Promise.reject(cannotCompare(side, `reading ${tableName(table)}`, error)),
        ),
      ),
    )) as [(string | null)[][], (string | null)[][]]
    const shown = (row: (string | null)[] | undefined, n: number) =>
      row?.[n] == null ? null : maskCards(row[n])
    const values = columns.map((column, n) => [
      column,
      { source: shown(source, n), target: shown(target, n) },
    ])
    result.push({ key, columns, values: Object.fromEntries(values) })
  }
  return result
}

/** The parameters of `keysCondition`, written once for both sides. */
export function keyArrays(table: TablePlan, keys: readonly Key[]): string[] {
  return table.key.map((_, n) => `{${keys.map((key) => arrayElement(key[n] ?? null)).join()}}`)
}

function arrayElement(text: string | null): string {
  return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
