import type pg from 'pg'
import type { PaymentEvent } from '../shared/event.ts'

export interface OutboxRow {
  /** Grows with every event of a payment. */
  id: string
  payment: string
  event: PaymentEvent
}

/**
 * The outbox is divided by payment, and a relay holds the lock of the part it works on: several relays share the work,
 * and the events of a payment are published by one at a time, in order.
 */
const parts = 16
/** First key of the advisory locks. */
const lockClass = 0x0b0c
const most = 100
/**
 * How long the work of a transaction may last, in ms: a write pause waits for every transaction, its callers wait with
 * it, and after a second it fails (`pauseTimeoutMs`). The rest is for the marks, the commit and a slow database.
 */
export const transactionMs = 300

export interface Work {
  /** Unpublished rows of the part, in order. */
  rows: OutboxRow[]
  /** When the work must be over, in ms of `performance.now()`. */
  endsAt: number
  /** Marks rows as published; durable when {@link inPart} returns. */
  published(rows: OutboxRow[]): Promise<void>
}

const partOf = `hashtext(payment_id) & ${parts - 1}`

/** The parts that have something unpublished, in any order: relays that begin in different places meet less often. */
export async function partsWithWork(pool: pg.Pool): Promise<number[]> {
  const { rows } = await pool.query<{ part: number }>(
    `select part from (
       select distinct ${partOf} as part from (select payment_id from public.outbox where published_at is null limit 10000) waiting
     ) found order by random()`,
  )
  return rows.map(({ part }) => part)
}

/**
 * Works on a part within one transaction, so that the lock passes a pooler in transaction mode and is gone when the
 * relay is. Short, because a write gate waits for it when it pauses: the work keeps to {@link Work.endsAt}.
 * @returns undefined when another relay is at it
 */
export async function inPart<Result>(
  pool: pg.Pool,
  part: number,
  work: (work: Work) => Promise<Result>,
): Promise<Result | undefined> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    // Only now: a pooler that is paused lets the first statement wait, outside of any transaction.
    const endsAt = performance.now() + transactionMs
    const result = (await lock(client, part)) ? await work(await take(client, part, endsAt)) : undefined
    await client.query('commit')
    return result
  } catch (error) {
    broken = error as Error
    throw error
  } finally {
    client.release(broken)
  }
}

async function lock(client: pg.PoolClient, part: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'select pg_try_advisory_xact_lock($1, $2) as locked',
    [lockClass, part],
  )
  return rows[0]!.locked
}

async function take(client: pg.PoolClient, part: number, endsAt: number): Promise<Work> {
  const { rows } = await client.query<{
    id: string
    payment_id: string
    event: string
    payload: PaymentEvent['data']
    trace_id: string | null
    created_at: Date
  }>(
    `select id, payment_id, event, payload, trace_id, created_at from public.outbox
     where published_at is null and ${partOf} = $1 order by id limit ${most}`,
    [part],
  )
  return {
    endsAt,
    rows: rows.map(({ id, payment_id, event, payload, trace_id, created_at }) => ({
      id,
      payment: payment_id,
      event: {
        id: `evt_${id}`,
        type: event,
        createdAt: created_at.toISOString(),
        ...(trace_id !== null && { traceId: trace_id }),
        data: payload,
      },
    })),
    async published(done) {
      const ids = done.map(({ id }) => id)
      await client.query('update public.outbox set published_at = now() where id = any($1)', [ids])
    },
  }
}
