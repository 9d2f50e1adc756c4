/** A change is decoded as soon as its commit is in the WAL; snapshots see it only a moment later. */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { CannotCompareError } from '../errors.ts'
import { rows } from '../session.ts'

const lookEveryMs = 2

export interface Waiting {
  signal?: AbortSignal
  /** How long at most, milliseconds; as long as it takes when left out. */
  visibleWithinMs?: number
}

/**
 * Resolves when a new snapshot sees these committed transactions. With synchronous replication the moment may be
 * long: the commit waits for the standby. The session must not be in a transaction.
 * @param xids 32-bit transaction ids, as pgoutput sends them
 * @throws CannotCompareError when they are not visible in time
 */
export async function awaitVisible(
  client: pg.ClientBase,
  xids: ReadonlySet<number>,
  { signal, visibleWithinMs = Number.POSITIVE_INFINITY }: Waiting = {},
): Promise<void> {
  if (xids.size === 0) return
  const deadline = performance.now() + visibleWithinMs
  for (;;) {
    const [[snapshot]] = (await rows(client, 'SELECT pg_catalog.pg_current_snapshot()::text')) as [[string]]
    if (allVisible(snapshot, xids)) return
    if (performance.now() > deadline)
      throw new CannotCompareError(
        `a transaction that was committed is not visible after ${visibleWithinMs} ms: a standby that commits wait for does not answer; see to it, or take it out of synchronous_standby_names`,
      )
    await delay(lookEveryMs, undefined, signal && { signal })
  }
}

/** @param snapshot `xmin:xmax:xip,…` with 64-bit ids */
export function allVisible(snapshot: string, xids: ReadonlySet<number>): boolean {
  const [, xmax, running] = snapshot.split(':') as [string, string, string]
  const low = (id: string) => Number(BigInt.asUintN(32, BigInt(id)))
  const inProgress = running ? running.split(',').map(low) : []
  if (inProgress.some((id) => xids.has(id))) return false
  const end = low(xmax)
  for (const xid of xids) {
    // Ids wrap: «not before» means within half the circle after xmax.
    if (((xid - end) | 0) >= 0) return false
  }
  return true
}
