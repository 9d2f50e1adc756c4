/** Compares changed keys again and again, so that only the last seconds are left for the pause. */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from '../plan/plan.ts'
import { holdSnapshot } from '../session.ts'
import type { Changes, Clients, Connection, TableResult } from '../types.ts'
import { tableName } from '../types.ts'
import { connectAgain } from './again.ts'
import type { ChangeTracker } from './tracker.ts'
import { verifyKeys } from './verify-keys.ts'
import { awaitVisible, type Waiting } from './visible.ts'

/**
 * Between two rounds. Replication needs a moment, and a row that changes again and again is compared once a round:
 * at 500 transactions a second of TPC-B, rounds every 50 ms took a quarter of two cores from the servers they watch.
 */
const restMs = 250
const reconnectAfterMs = 500
/** What the pause may lose to a commit that waits for a standby; short beside the watchdog's deadline. */
const visibleWithinMsOfLast = 2000

export interface Reverification {
  /** Rows that still differed at the last look. */
  readonly differing: readonly TableResult[]
  /**
   * How many rounds have taken the keys that were pending, and which of them `differing` is from: 0 for none. What was
   * added after a round had begun is not in it.
   */
  readonly rounds: Readonly<{ begun: number; ended: number }>
  /** Why the last round could not be made; undefined when it could. */
  readonly trouble: Error | undefined
  /**
   * Finishes the round under way, makes another, so that as little as can be is left, and keeps a snapshot open on
   * both sides until `stop`: what changes from now on is looked at sooner (`holdSnapshot`).
   */
  rest(): Promise<void>
  /** Ends the round under way and the sessions; what still differs is pending again. */
  stop(): Promise<void>
}

export interface Verifying {
  tracker: ChangeTracker
  plan: Plan
  source: Connection
  target: Connection
  /** How long the last round waits for a commit that is not visible yet, milliseconds; default 2000. */
  visibleWithinMs?: number
}

/**
 * Compares the keys that are pending; those that differ are pending again, and all of them when it fails.
 * @param waiting for commits that are not visible yet; 2 s when left out
 * @returns tables with rows that differ
 */
export async function verifyPending(
  { source, target }: Clients,
  { tracker, plan, target: ofTarget }: Pick<Verifying, 'tracker' | 'plan' | 'target'>,
  waiting: Waiting = { visibleWithinMs: visibleWithinMsOfLast },
): Promise<TableResult[]> {
  const batch = tracker.take()
  let again = batch.changes
  try {
    if (batch.changes.size === 0) return []
    // A commit is decoded a moment before new snapshots see it.
    await awaitVisible(tracker.connection === ofTarget ? target : source, batch.xids, waiting)
    batch.sawAll()
    const { tables } = await verifyKeys(source, target, batch.changes, { plan })
    const differing = tables.filter((table) => !table.equal)
    again = keysToLookAtAgain(differing)
    return differing
  } finally {
    batch.settle(again)
  }
}

export function keepVerified(options: Verifying): Reverification {
  const { tracker } = options
  /** Of the rounds, and of all. */
  const [resting, stopping] = [new AbortController(), new AbortController()]
  let nowRested = () => {}
  const rested = new Promise<void>((resolve) => {
    nowRested = resolve
  })
  let differing: readonly TableResult[] = []
  let [begun, ended] = [0, 0]
  let trouble: Error | undefined

  async function rounds(clients: Clients): Promise<void> {
    const { signal } = resting
    try {
      for (;;) {
        await tracker.changed(signal)
        await round(clients, { signal })
        await delay(restMs, undefined, { signal })
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
    if (stopping.signal.aborted) return
    const { visibleWithinMs = visibleWithinMsOfLast } = options
    if (!tracker.failure && tracker.pending() > 0)
      await round(clients, { signal: stopping.signal, visibleWithinMs })
    await Promise.all([holdSnapshot(clients.source), holdSnapshot(clients.target)])
    nowRested()
    if (!stopping.signal.aborted) await once(stopping.signal, 'abort')
  }

  async function round(clients: Clients, waiting: Waiting): Promise<void> {
    const number = ++begun
    differing = await verifyPending(clients, options, waiting)
    ended = number
    trouble = undefined
  }

  async function run(): Promise<void> {
    while (!resting.signal.aborted) {
      let clients: Awaited<ReturnType<typeof connectAgain>> | undefined
      try {
        clients = await connectAgain(options.source, options.target)
        await rounds(clients)
      } catch (error) {
        if (resting.signal.aborted || tracker.failure) return
        // A lost connection only delays: the keys are pending again, and the last look decides.
        trouble = error as Error
        await delay(reconnectAfterMs, undefined, { signal: resting.signal }).catch(() => {})
      } finally {
        await clients?.end()
      }
    }
  }

  const running = run().finally(nowRested)
  return {
    get differing() {
      return differing
    },
    get rounds() {
      return { begun, ended }
    },
    get trouble() {
      return tracker.failure ?? trouble
    },
    async rest() {
      resting.abort()
      await rested
    },
    async stop() {
      stopping.abort()
      resting.abort()
      await running
    },
  }
}

/** The keys of a comparison that did not agree. */
export function keysToLookAtAgain(tables: readonly TableResult[]): Changes {
  const changes: Changes = new Map()
  for (const { schema, table, equal, keyColumns, complete, missing, extra, differing } of tables) {
    if (equal) continue
    const keys = [...missing, ...extra, ...differing.map((row) => row.key)]
    changes.set(tableName({ schema, name: table }), complete && keyColumns.length > 0 ? keys : 'all')
  }
  return changes
}
