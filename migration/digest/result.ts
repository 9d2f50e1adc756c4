import type { Examined } from './examine.ts'
import { differingColumns } from './explain.ts'
import type { Seeds } from './hash.ts'
import type { ScannedTable } from './scan.ts'
import type { Clients, DifferingRow, Key, TableResult } from './types.ts'

/** What the caller reads of one table; looks up which columns differ in the first `maxRowsExplained` rows. */
export async function tableResult(
  clients: Clients,
  { table, sourceRows, differing }: Pick<ScannedTable, 'table' | 'sourceRows' | 'differing'>,
  found: Examined,
  seeds: Seeds,
  maxRowsExplained: number,
): Promise<TableResult> {
  const keys = (names: readonly string[]) => names.map((name) => JSON.parse(name) as Key)
  const changed = keys(found.differing)
  const explained: DifferingRow[] = await differingColumns(
    clients,
    table,
    changed.slice(0, maxRowsExplained),
    seeds,
  )
  return {
    schema: table.schema,
    table: table.name,
    keyColumns: table.key.map((column) => column.name),
    rows: sourceRows,
    // The sums decide: if they differ the tables do, even were no key found.
    equal: differing.size === 0,
    missing: keys(found.missing),
    extra: keys(found.extra),
    differing: [...explained, ...changed.slice(maxRowsExplained).map((key) => ({ key, columns: [] }))],
    counted: { missing: found.missing.length, extra: found.extra.length, differing: changed.length },
    complete: found.complete,
  }
}
