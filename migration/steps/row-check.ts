import type { ClientBase } from 'pg'
import {
  type Changes,
  type ChangeTracker,
  connectAgain,
  keepVerified,
  type Plan,
  type Reverification,
  type TableResult,
  trackChanges,
  verifyKeys,
  verifyPending,
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
  readonly #options: RowCheckOptions
  readonly #tracker: ChangeTracker
  readonly #rounds: Reverification
  #sessions: Awaited<ReturnType<typeof connectAgain>> | undefined
  #lastLook: Promise<TableResult[]> | undefined

  private constructor(options: RowCheckOptions, tracker: ChangeTracker) {
    const { plan, source, target } = options
    this.plan = plan
    this.#options = options
    this.#tracker = tracker
    this.#rounds = keepVerified({ tracker, plan, source, target })
  }

  /** Follows the changes from now on. */
  static async begin(options: RowCheckOptions): Promise<RowCheck> {
    const { from, slot, plan } = options
    return new RowCheck(options, await trackChanges({ source: from, publication, slot, plan }))
  }

  get pending(): number {
    return this.#tracker.pending()
  }

  /** Rows that differed at the last look; throws when the last look could not be made. */
  differing(): readonly TableResult[] {
    if (this.#rounds.trouble) throw this.#rounds.trouble
    return this.#rounds.differing
  }

  /** Which looks have begun and which one `differing` is from: what is added is in those that begin afterwards. */
  get rounds(): Reverification['rounds'] {
    return this.#rounds.rounds
  }

  add(changes: Changes): void {
    this.#tracker.add(changes)
  }

  /** Ends the looking in the background; what is left is for `lastLook`. */
  async rest(): Promise<void> {
    await this.#rounds.rest()
  }

  /** Opens the sessions of the last look and asks each table once for a row that is not there, which fills their caches. */
  async warm(): Promise<void> {
    await this.#sessions?.end()
    this.#sessions = await connectAgain(this.#options.source, this.#options.target)
    const nobody: Changes = new Map()
    for (const [name, { key }] of this.plan.tables)
      if (key.length > 0) nobody.set(name, [key.map(() => null)])
    await verifyKeys(this.#sessions.source, this.#sessions.target, nobody, { plan: this.plan })
  }

  /**
   * Begins to compare everything that changed before `lsn` and has not agreed yet, when all of it has arrived: beside
   * what else is to be done in the pause, on sessions of its own that `warm` has opened.
   */
  beginLastLook(lsn: string): void {
    this.#lastLook = this.#look(lsn)
    this.#lastLook.catch(() => {}) // whoever asks for the result is told
  }

  /** Tables with rows that differed at the last look; undefined when none was begun. */
  lastLook(): Promise<TableResult[]> | undefined {
    return this.#lastLook
  }

  async #look(lsn: string): Promise<TableResult[]> {
    const { source, target } = this.#options
    this.#sessions ??= await connectAgain(source, target)
    await this.#tracker.upTo(lsn)
    return verifyPending(this.#sessions, { ...this.#options, tracker: this.#tracker })
  }

  /**
   * Tables that a session of this database itself wrote to after the last look, if there was one: there must be
   * none.
   * @param from the database that is being left
   */
  async writtenBehindFence(from: ClientBase): Promise<string[]> {
    if (!this.#lastLook) return []
    await this.#lastLook
    const { rows } = await from.query('select pg_current_wal_flush_lsn()::text as lsn')
    await this.#tracker.upTo(rows[0].lsn)
    const { changes, settle } = this.#tracker.take()
    settle(changes)
    return [...changes.keys()]
  }

  /** Drops the slot it follows. May be called twice. */
  async close(): Promise<void> {
    await this.#rounds.stop()
    await this.#sessions?.end()
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
