import type { ClientBase } from 'pg'
import { type Changes, type Plan, type TableResult, tableName, verifyKeys } from '../digest/index.ts'

/** Rows that were seen to differ and are to be looked at again: replication brings them together, or nothing does. */
export class RowCheck {
  readonly plan: Plan
  #pending: Changes

  constructor(plan: Plan, tables: readonly TableResult[]) {
    this.plan = plan
    this.#pending = differingKeys(tables)
  }

  get pending(): number {
    let count = 0
    for (const keys of this.#pending.values()) count += keys === 'all' ? 1 : keys.length
    return count
  }

  /** Looks at the pending rows once more; those that agree now are done with. */
  async lookAgain(source: ClientBase, target: ClientBase): Promise<TableResult[]> {
    if (this.#pending.size === 0) return []
    const { tables } = await verifyKeys(source, target, this.#pending, { plan: this.plan })
    const differing = tables.filter((table) => !table.equal)
    this.#pending = differingKeys(differing)
    return differing
  }
}

function differingKeys(tables: readonly TableResult[]): Changes {
  const changes: Changes = new Map()
  for (const table of tables) {
    if (table.equal) continue
    const name = tableName({ schema: table.schema, name: table.table })
    const keys = [...table.missing, ...table.extra, ...table.differing.map((row) => row.key)]
    changes.set(name, table.complete && table.keyColumns.length > 0 ? keys : 'all')
  }
  return changes
}

/** `public.payments: 3 rows differ (pay_7: amount_minor; …)`, a line a table. */
export function describe(tables: readonly TableResult[]): string {
  const shown = 3
  return tables
    .map(({ schema, table, missing, extra, differing, counted }) => {
      const parts = [
        counted.missing > 0 &&
          `${counted.missing} missing on the target (${missing.slice(0, shown).map(show).join(', ')})`,
        counted.extra > 0 &&
          `${counted.extra} only on the target (${extra.slice(0, shown).map(show).join(', ')})`,
        counted.differing > 0 &&
          `${counted.differing} differ (${differing
            .slice(0, shown)
            .map((row) => `${show(row.key)}: ${row.columns.join(' ')}`)
            .join(', ')})`,
      ]
      return `${schema}.${table}: ${parts.filter(Boolean).join('; ')}`
    })
    .join('\n')
}

const show = (key: readonly (string | null)[]): string => key.join('/')
