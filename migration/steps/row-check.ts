import type { ClientBase } from 'pg'
import {
  awaitVisible,
  type Changes,
  type ChangeTracker,
  keepVerified,
  keysToLookAtAgain,
  type Plan,
  type Reverification,
  type TableResult,
  trackChanges,
  verifyKeys,
} from '../digest/index.ts'
import { publication } from '../publication.ts'

export interface RowCheckOptions {
  /** Connection strings of both sides. */
  source: string
  target: string
  /** Of the side that is being left: it is where changes come from. */
  from: string
  slot: string
  plan: Plan
}

/**
 * The rows still to be compared: those that changed since a point, and those seen to differ. They are compared
 * again all the time, so that the pause is left with what changed in the last moments.
 */
export class RowCheck {
  readonly plan: Plan
  readonly #tracker: ChangeTracker
  readonly #rounds: Reverification
  #lookedLast = false

  private constructor(plan: Plan, tracker: ChangeTracker, rounds: Reverification) {
    this.plan = plan
    this.#tracker = tracker
    this.#rounds = rounds
  }

  /** Follows the changes from now on. */
  static async begin({ source, target, from, slot, plan }: RowCheckOptions): Promise<RowCheck> {
    const tracker = await trackChanges({ source: from, publication, slot, plan })
    return new RowCheck(plan, tracker, keepVerified({ tracker, plan, source, target }))
  }

  get pending(): number {
    return this.#tracker.pending()
  }

  /** Rows that differed at the last look; throws when the last look could not be made. */
  differing(): readonly TableResult[] {
    if (this.#rounds.trouble) throw this.#rounds.trouble
    return this.#rounds.differing
  }

  add(changes: Changes): void {
    this.#tracker.add(changes)
  }

  /** Ends the looking in the background; what is left is for `lastLook`. */
  async rest(): Promise<void> {
    await this.#rounds.rest()
  }

  /** Asks once for a row that is not there in each table, so that the last look finds the sessions' caches filled. */
  async warm({ source, target }: Record<'source' | 'target', ClientBase>): Promise<void> {
    const nobody: Changes = new Map()
    for (const [name, { key }] of this.plan.tables)
      if (key.length > 0) nobody.set(name, [key.map(() => null)])
    await verifyKeys(source, target, nobody, { plan: this.plan })
  }

  /**
   * Compares everything that changed before `lsn` and has not agreed yet, on sessions that are open already.
   * @returns tables with rows that differ
   */
  async lastLook(
    lsn: string,
    { source, target, from }: Record<'source' | 'target' | 'from', ClientBase>,
  ): Promise<TableResult[]> {
    await this.#tracker.upTo(lsn)
    const batch = this.#tracker.take()
    this.#lookedLast = true
    let again = batch.changes
    try {
      if (batch.changes.size === 0) return []
      // A commit is decoded a moment before new snapshots see it.
      await awaitVisible(from, batch.xids)
      const { tables } = await verifyKeys(source, target, batch.changes, { plan: this.plan })
      const differing = tables.filter((table) => !table.equal)
      again = keysToLookAtAgain(differing)
      return differing
    } finally {
      batch.settle(again)
    }
  }

  /**
   * Tables that a session of this database itself wrote to after the last look, if there was one: there must be
   * none.
   * @param from the database that is being left
   */
  async writtenBehindFence(from: ClientBase): Promise<string[]> {
    if (!this.#lookedLast) return []
    const { rows } = await from.query('select pg_current_wal_flush_lsn()::text as lsn')
    await this.#tracker.upTo(rows[0].lsn)
    const { changes, settle } = this.#tracker.take()
    settle(changes)
    return [...changes.keys()]
  }

  /** Drops the slot it follows. May be called twice. */
  async close(): Promise<void> {
    await this.#rounds.stop()
    await this.#tracker.close()
  }
}

/** `public.payments: 3 differ (7: amount_minor)`, a line a table. */
export function describe(tables: readonly TableResult[]): string {
  return tables
    .map(({ schema, table, missing, extra, differing, counted }) => {
      const parts = [
        counted.missing > 0 && `${counted.missing} missing on the target (${list(missing.map(show))})`,
        counted.extra > 0 && `${counted.extra} only on the target (${list(extra.map(show))})`,
        counted.differing > 0 &&
          `${counted.differing} differ (${list(differing.map((row) => `${show(row.key)}: ${row.columns.join(' ')}`))})`,
      ]
      return `${schema}.${table}: ${parts.filter(Boolean).join('; ')}`
    })
    .join('\n')
}

const show = (key: readonly (string | null)[]): string => key.join('/')

const shown = 3
const list = (names: string[]): string =>
  names.slice(0, shown).join(', ') + (names.length > shown ? ', …' : '')

/** Keys of both, for those tables that are in both. */
export function commonKeys(a: Changes, b: Changes): Changes {
  const common: Changes = new Map()
  for (const [table, keys] of a) {
    const others = b.get(table)
    if (!others) continue
    if (keys === 'all' || others === 'all') common.set(table, keys === 'all' ? others : keys)
    else {
      const known = new Set(others.map((key) => JSON.stringify(key)))
      const both = keys.filter((key) => known.has(JSON.stringify(key)))
      if (both.length > 0) common.set(table, both)
    }
  }
  return common
}
