/** Keys that changed and were not yet seen to agree. */

import type { Plan } from '../plan/plan.ts'
import type { TablePlan } from '../plan/table-plan.ts'
import { type Changes, type Key, tableName } from '../types.ts'
import type { Message, Relation, Tuple } from './pgoutput.ts'

/** Above this a table is read as a whole: cheaper for the client's memory, and soon for the server too. */
const keysPerTable = 200_000

export interface Batch {
  changes: Changes
  /** Transactions that made the changes; `awaitVisible` before reading, or a snapshot may miss them. */
  xids: ReadonlySet<number>
  /** They are visible: nobody who looks at these keys again waits for them. */
  sawAll(): void
  /** Gives back what must be looked at again; what is not among it is done with. Call it once. */
  settle(again: Changes): void
}

export class ChangeSet {
  /** Keys as JSON by table. */
  #pending = new Map<string, Set<string> | 'all'>()
  /** Commit of the oldest pending change. */
  #since: bigint | undefined
  readonly #out = new Map<object, bigint>()
  readonly #tables = new Map<string, TablePlan>()
  #transaction = { lsn: 0n, xid: 0 }
  #xids = new Set<number>()

  constructor(plan: Plan) {
    for (const table of plan.tables.values()) {
      this.#tables.set(tableName(table), table)
      for (const partition of table.partitions) this.#tables.set(tableName(partition), table)
    }
  }

  /** Where the key's columns are in the rows of a relation; none if it has no key or they are not all sent. */
  keyPlaces(relation: Relation): number[] {
    const table = this.#tables.get(tableName(relation))
    const places = table?.key.map((column) => relation.columns.indexOf(column.name)) ?? []
    return places.includes(-1) ? [] : places
  }

  add(message: Message): void {
    if (message.kind === 'begin') this.#transaction = { lsn: message.commitLsn, xid: message.xid }
    else if (message.kind === 'truncate') {
      for (const relation of message.relations) this.#mark(relation, 'all')
    } else if (message.kind === 'row') {
      for (const tuple of [message.old, message.new]) if (tuple) this.#mark(message.relation, keyOf(tuple))
    }
  }

  /** Keys pending, a table that must be read as a whole as one. */
  get size(): number {
    let count = 0
    for (const keys of this.#pending.values()) count += keys === 'all' ? 1 : keys.size
    return count
  }

  /** Everything committed before this position agrees; undefined when nothing is open. */
  get oldest(): bigint | undefined {
    let oldest = this.#since
    for (const since of this.#out.values()) if (oldest === undefined || since < oldest) oldest = since
    return oldest
  }

  take(): Batch {
    const changes: Changes = new Map()
    for (const [name, keys] of this.#pending)
      changes.set(name, keys === 'all' ? 'all' : Array.from(keys, (key) => JSON.parse(key) as Key))
    const since = this.#since
    this.#pending = new Map()
    this.#since = undefined
    const xids = this.#xids
    const batch: Batch = {
      changes,
      xids,
      sawAll: () => xids.clear(),
      settle: (again) => {
        if (since === undefined || !this.#out.delete(batch)) return
        for (const [name, keys] of again) this.putBack(name, keys, since)
        if (again.size > 0) for (const xid of xids) this.#xids.add(xid)
      },
    }
    this.#xids = new Set()
    if (since !== undefined) this.#out.set(batch, since)
    return batch
  }

  /** Adds keys from elsewhere, such as those a comparison of all rows found to differ. */
  putBack(name: string, keys: readonly Key[] | 'all', since: bigint): void {
    if (keys === 'all') this.#insert(name, 'all', since)
    else for (const key of keys) this.#insert(name, JSON.stringify(key), since)
  }

  #mark(relation: Relation, key: string | 'all'): void {
    // Our own tables differ by design.
    if (relation.schema === 'lift') return
    const table = this.#tables.get(tableName(relation))
    this.#insert(
      tableName(table ?? relation),
      table && table.key.length > 0 ? key : 'all',
      this.#transaction.lsn,
    )
    this.#xids.add(this.#transaction.xid)
  }

  #insert(name: string, key: string | 'all', since: bigint): void {
    if (this.#since === undefined || since < this.#since) this.#since = since
    const keys = this.#pending.get(name)
    if (keys === 'all') return
    if (key === 'all' || (keys && keys.size >= keysPerTable)) this.#pending.set(name, 'all')
    else if (keys) keys.add(key)
    else this.#pending.set(name, new Set([key]))
  }
}

/** As JSON; `all` where a part of the key was not sent. */
function keyOf(tuple: Tuple): string {
  const complete = tuple.length > 0 && tuple.every((value) => value !== null && value !== undefined)
  return complete ? JSON.stringify(tuple) : 'all'
}
