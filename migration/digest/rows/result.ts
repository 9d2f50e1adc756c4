import { CannotCompareError } from '../errors.ts'
import type { Seeds } from '../plan/hash.ts'
import type { ScannedTable } from '../scan/scan.ts'
import { type Clients, type Key, type TableResult, tableName } from '../types.ts'
import type { Examined } from './examine.ts'
import { differingColumns, withValues } from './explain.ts'

const rowsWithValues = 10

/** What the caller reads of one table; looks up which columns differ in the first `maxRowsExplained` rows. */
export async function tableResult(
  clients: Clients,
  { table, sourceRows }: Pick<ScannedTable, 'table' | 'sourceRows'>,
  found: Examined,
  seeds: Seeds,
  maxRowsExplained: number,
): Promise<TableResult> {
  const keys = (names: readonly string[]) => names.map((name) => JSON.parse(name) as Key)
  const changed = keys(found.differing)
  const columns = await differingColumns(clients, table, changed.slice(0, maxRowsExplained), seeds)
  const explained = [
    ...(await withValues(clients, table, columns.slice(0, rowsWithValues))),
    ...columns.slice(rowsWithValues),
  ]
  return {
    schema: table.schema,
    table: table.name,
    keyColumns: table.key.map((column) => column.name),
    rows: sourceRows,
    equal: isEmpty(found),
    missing: keys(found.missing),
    extra: keys(found.extra),
    differing: [...explained, ...changed.slice(maxRowsExplained).map((key) => ({ key, columns: [] }))],
    counted: { missing: found.missing.length, extra: found.extra.length, differing: changed.length },
    complete: found.complete,
    notes: table.notes,
  }
}

/** Sums of one snapshot that differ without a row that does would be a mistake of ours: no answer. */
export function requireFound(
  { table, differing }: Pick<ScannedTable, 'table' | 'differing'>,
  found: Examined,
): void {
  if (differing.size > 0 && isEmpty(found))
    throw new CannotCompareError(`${tableName(table)}: the sums differ but no row was found to: run again`)
}

const isEmpty = ({ missing, extra, differing }: Examined) =>
  missing.length + extra.length + differing.length === 0
