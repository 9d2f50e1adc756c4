import { setTimeout as delay } from 'node:timers/promises'
import pg, { type ClientBase } from 'pg'
import type { Side } from './gate/gate.ts'
import { queryAll } from './postgres/session.ts'

/** What the drain waits for: everything written before it, and the value itself readable on the other side. */
export interface Nonce {
  side: Side
  value: string
  lsn: string
}

/**
 * Writes a value that marks the end of what must arrive. An UPDATE of a row that is there since the link was
 * made, so that no key can collide. The flush position is read after the commit: the insert position can point
 * past a page header that nothing will ever flush, and a drain to it hangs.
 */
export async function writeNonce(from: ClientBase, side: Side, value: string): Promise<Nonce> {
  const [, update, , position] = await queryAll(
    from,
    `begin; update lift.nonce_${side} set value = ${pg.escapeLiteral(value)} where id = 1; commit;
     select pg_current_wal_flush_lsn()::text as lsn`,
  )
  if (update!.rowCount !== 1)
    throw new Error(`lift.nonce_${side} has no row on the ${side}: run the replicate runbook again`)
  return { side, value, lsn: position!.rows[0].lsn }
}

async function arrived(to: ClientBase, { side, value }: Nonce): Promise<boolean> {
  const { rows } = await to.query(`select value from lift.nonce_${side} where id = 1`)
  return rows[0]?.value === value
}

/** Waits until the nonce can be read on the other side, which says how quickly that side follows. */
export async function awaitValue(to: ClientBase, nonce: Nonce, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await arrived(to, nonce))) {
    if (performance.now() > deadline)
      throw new Error(
        `what is written on the ${nonce.side} does not arrive within ${timeoutMs} ms; runbook: replication-stalled`,
      )
    await delay(1)
  }
}

/**
 * Waits until the slot has confirmed the nonce's position and the nonce can be read on the other side. Both,
 * because a position is confirmed for a slot and a value is read by whoever connects there.
 * @throws Error that says how far it came, after `timeoutMs`
 */
export async function drain(
  from: ClientBase,
  to: ClientBase,
  slot: string,
  nonce: Nonce,
  timeoutMs: number,
): Promise<void> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const [position, there] = await Promise.all([
      from.query(
        'select confirmed_flush_lsn::text as lsn, confirmed_flush_lsn >= $2::pg_lsn as reached from pg_catalog.pg_replication_slots where slot_name = $1',
        [slot, nonce.lsn],
      ),
      arrived(to, nonce),
    ])
    const confirmed = position.rows[0]
    if (!confirmed)
      throw new Error(
        `the replication slot ${slot} does not exist on the ${nonce.side} database: the two sides are no longer linked`,
      )
    if (confirmed.reached && there) return
    if (performance.now() > deadline) {
      throw new Error(
        `the drain reached ${confirmed.lsn} of ${nonce.lsn} in ${timeoutMs} ms (slot ${slot}); runbook: replication-stalled`,
      )
    }
    await delay(1)
  }
}
