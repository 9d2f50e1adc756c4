/** Settlement and its database, without AWS around them. */
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { Database } from '../../services/payments/database.ts'
import type { Result, SettlementBuckets } from '../../services/settlement/files.ts'
import { SettlementLedger } from '../../services/settlement/ledger.ts'
import { settle } from '../../services/settlement/settle.ts'
import { sharedPostgres } from '../postgres.ts'
import { settlementFile } from './functions-world.ts'
import { ledgerFaults, lock, paymentsDatabase, quiet } from './payments-world.ts'

let server: PostgresServer
test.before(async () => {
  server = await sharedPostgres('target')
})

async function world(t: ExecutionContext) {
  const database = await paymentsDatabase(t, server)
  const { owner, url } = database
  return {
    ...database,
    /** Captured payments of 100 each. */
    async capture(count: number): Promise<string[]> {
      const { rows } = await owner.query<{ id: string }>(
        `select (a.answer::json ->> 'id') as id from generate_series(1, $1::int) n,
         lateral public.authorise_payment('a' || n, '', 'shop-1', 100, 'EUR', 'visa', '4242', 'card_x') a`,
        [count],
      )
      for (const { id } of rows) await owner.query(`select public.capture_payment('c' || $1, '', $1)`, [id])
      return rows.map(({ id }) => id)
    },
    /** What an instance of its own does with a file. */
    async settle(text: string, remainingMs = () => 60_000): Promise<Result> {
      const own = new Database({ url, poolSize: 1, log: quiet })
      t.teardown(() => own.end())
      const buckets = {
        read: async () => Readable.from([Buffer.from(text)]),
        writeResult: async () => true,
        writeRefused: async () => {},
      } as unknown as SettlementBuckets
      const { result } = await settle(
        { key: 'day.csv', version: '1', sequencer: '1' },
        { buckets, ledger: new SettlementLedger(own), remainingMs },
      )
      return result
    },
    refusals: async () =>
      (
        await owner.query(
          `select line::int, refused from settlements where refused is not null order by line`,
        )
      ).rows,
  }
}
const whole = (ids: string[]) => ids.map((payment) => ({ payment, amount: 100 }))

test('references may return, in the next file and at another network', async (t) => {
  const { capture, settle, owner } = await world(t)
  const [one, two, three] = await capture(3)
  const file = (id: string, payment: string, network: string) =>
    [`H,1,${id},2026-03-01,${network}`, `R,0000000001,${payment},EUR,100`, 'T,1,100', ''].join('\n')
  t.like(await settle(file('DAY-1', one!, 'NET')), { state: 'posted', settled: 1, refused: 0 })
  t.like(await settle(file('DAY-2', two!, 'NET')), { state: 'posted', settled: 1, refused: 0 })
  t.like(await settle(file('OTHER-1', three!, 'OTHER')), { state: 'posted', settled: 1, refused: 0 })
  t.like(await settle(file('DAY-3', one!, 'NET')), { state: 'posted', settled: 0, refused: 1 })
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a wrong line takes nothing from a right one of the same payment', async (t) => {
  const { capture, settle, refusals, owner } = await world(t)
  const [id] = await capture(1)
  const entries = [
    { payment: id!, amount: 99 },
    { payment: id!, amount: 100 },
    { payment: id!, amount: 100 },
  ]
  t.like(await settle(settlementFile('WRONG', entries)), { settled: 1, refused: 2 })
  t.deepEqual(await refusals(), [
    { line: 2, refused: '100 was captured, not 99' },
    { line: 4, refused: 'the payment stands on an earlier line too' },
  ])
  t.deepEqual(await ledgerFaults(owner), [])
})

test('the later event of a payment has the later payment: a batch waits for a refund under way', async (t) => {
  const { capture, settle, owner, role, url } = await world(t)
  const [id] = await capture(1)
  const refund = await lock(
    t,
    { owner, role, url },
    `select public.refund_payment('r', '', '${id}', 30, null, null)`,
  )
  const settled = settle(settlementFile('MEET', whole([id!])))
  // It waits, or it is through without having waited.
  await Promise.race([refund.waiting(1), settled])
  await refund.release()
  t.like(await settled, { settled: 1 })
  const { rows } = await owner.query(
    `select event, (payload ->> 'refundedMinor')::int as refunded from outbox where payment_id = $1 order by id desc limit 2`,
    [id],
  )
  t.deepEqual(rows, [
    { event: 'payment.settled', refunded: 30 },
    { event: 'payment.refunded', refunded: 30 },
  ])
})

const turn = `select pg_advisory_xact_lock(hashtext('settlement'))`

test('who has to wait for its turn waits outside of the database: a pause waits for nobody', async (t) => {
  const { capture, settle, owner, role, url } = await world(t)
  const ids = await capture(2)
  const held = await lock(t, { owner, role, url }, turn)
  const both = Promise.all(ids.map((id, index) => settle(settlementFile(`TURN-${index}`, whole([id])))))
  const asking = async () => {
    const { rows } = await owner.query<{ asked: number; waiting: number }>(
      `select count(*)::int as asked, (count(*) filter (where wait_event_type = 'Lock'))::int as waiting
       from pg_stat_activity where usename = $1 and query like '%settle_batch%'`,
      [role],
    )
    return rows[0]!
  }
  while ((await asking()).asked < 2) await delay(5)
  for (let look = 0; look < 20; look++) {
    t.is((await asking()).waiting, 0)
    await delay(10)
  }
  await held.release()
  for (const result of await both) t.like(result, { settled: 1, refused: 0 })
})

test('waiting for a turn ends with the invocation', async (t) => {
  const { capture, settle, owner, role, url } = await world(t)
  const ids = await capture(1)
  const held = await lock(t, { owner, role, url }, turn)
  const end = performance.now() + 10_300
  await t.throwsAsync(
    settle(settlementFile('LATE', whole(ids)), () => end - performance.now()),
    { name: 'OutOfTimeError', message: /0 of 1 records posted/ },
  )
  await held.release()
})
