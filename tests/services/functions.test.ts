import pg from 'pg'
import { otherCallers } from '../../components/policies.ts'
import { relayOnce } from '../../services/outbox-relay/relay.ts'
import { needs } from '../parts.ts'
import { settlementFile, sqsOf, startWorld, type World } from './functions-world.ts'
import { ledgerFaults, lock } from './payments-world.ts'
import { proveRights, settlementScenario, starting } from './rights.ts'
import { settlementResultsTests } from './settlement-results-tests.ts'
import { webhooksTests } from './webhooks-tests.ts'

const test = needs('python moto')

let world: World
test.before(async () => {
  world = await startWorld()
})
test.after.always(() => world?.close())

let payments = 0
/** Captured payments of shop-1, 100 minor units each; their events wait in the outbox. */
async function capture(count: number): Promise<string[]> {
  const from = payments + 1
  payments += count
  const { rows } = await world.owner.query<{ id: string }>(
    `select (a.answer::json ->> 'id') as id from generate_series($1::int, $2::int) n,
       lateral public.authorise_payment('a' || n, '', 'shop-1', 100, 'EUR', 'visa', '4242', 'card_x') a`,
    [from, payments],
  )
  const ids = rows.map(({ id }) => id)
  await world.owner.query(`select public.capture_payment('c' || id, '', id) from unnest($1::text[]) id`, [
    ids,
  ])
  return ids
}

/** Everything that deliveries change, to compare with the state of one. */
async function ledger(ids: string[]) {
  const { rows } = await world.owner.query(
    `select (select count(*)::int from postings where kind = 'settle' and payment_id = any($1)) as postings,
       (select count(*)::int from ledger_entries where account = 'bank:clearing' and payment_id = any($1)) as entries,
       (select coalesce(sum(amount_minor), 0)::int from ledger_entries
        where account = 'card-network:settled' and payment_id = any($1)) as sum,
       (select count(*)::int from outbox where event = 'payment.settled' and payment_id = any($1)) as events`,
    [ids],
  )
  return rows[0]
}
const settledOnce = (count: number) => ({
  postings: count,
  entries: count,
  sum: 0 - 100 * count,
  events: count,
})
const whole = (ids: string[]) => ids.map((payment) => ({ payment, amount: 100 }))

test.serial('settlement: delivered three times and twice at once, a file is posted once', async (t) => {
  const ids = await capture(600)
  const event = await world.upload('2026/day 1.csv', settlementFile('DAY-1', whole(ids)))
  const [one, two] = await Promise.all([world.instance(t, 'settlement'), world.instance(t, 'settlement')])
  await Promise.all([one.invoke(event), two.invoke(event)])
  const result = await world.result('2026/day 1.csv.result.json')
  for (let delivery = 0; delivery < 2; delivery++) await one.invoke(event)
  t.deepEqual(await ledger(ids), settledOnce(600))
  t.like(JSON.parse(result!), { state: 'posted', file: 'DAY-1', records: 600, settled: 600, refused: 0 })
  t.is(await world.result('2026/day 1.csv.result.json'), result, 'the result is that of one delivery')
  t.deepEqual(await ledgerFaults(world.owner), [])
})

test.serial(
  'settlement: after a crash in the middle the next delivery goes on, and posts nothing twice',
  async (t) => {
    const ids = await capture(600)
    const event = await world.upload('crash.csv', settlementFile('CRASH', whole(ids)))
    const crashing = await world.instance(t, 'settlement')
    const held = await lock(t, world, `select from payments where id = '${ids[550]}' for update`)
    crashing.invoke(event).catch(() => {})
    await held.waiting(1)
    await crashing.crash()
    // The server does not know yet that nobody waits for the batch any more: it commits.
    await held.release()
    t.deepEqual(await ledger(ids.slice(0, 500)), settledOnce(500), 'the batch before was posted')
    await (await world.instance(t, 'settlement')).invoke(event)
    t.deepEqual(await ledger(ids), settledOnce(600))
    t.deepEqual(await ledgerFaults(world.owner), [])
  },
)

test.serial('settlement: out of time it says so, and the next invocation goes on from there', async (t) => {
  const ids = await capture(600)
  const event = await world.upload('late.csv', settlementFile('LATE', whole(ids)))
  const instance = await world.instance(t, 'settlement')
  await t.throwsAsync(instance.invoke(event, 5000), {
    name: 'OutOfTimeError',
    message: /0 of 600 records posted/,
  })
  await instance.invoke(event)
  t.deepEqual(await ledger(ids), settledOnce(600))
})

test.serial(
  'settlement: lines that do not fit are refused with line and reason, the others are posted',
  async (t) => {
    const [good, twice, other] = await capture(3)
    const entries = [
      { payment: good!, amount: 100 },
      { payment: 'pay_999999999', amount: 100 },
      { payment: twice!, amount: 99 },
      { payment: other!, amount: 100, currency: 'USD' },
      { payment: good!, amount: 100 },
    ]
    const instance = await world.instance(t, 'settlement')
    await instance.invoke(await world.upload('mixed.csv', settlementFile('MIXED', entries)))
    t.is(
      await world.result('mixed.csv.refused.csv'),
      [
        'line,reference,payment,reason',
        '3,MIXED000002,pay_999999999,"there is no such payment"',
        `4,MIXED000003,${twice},"100 was captured, not 99"`,
        `5,MIXED000004,${other},"the payment is in EUR, not USD"`,
        `6,MIXED000005,${good},"the payment stands on an earlier line too"`,
        '',
      ].join('\n'),
    )
    await instance.invoke(await world.upload('again.csv', settlementFile('AGAIN', entries.slice(0, 1))))
    t.regex((await world.result('again.csv.refused.csv'))!, /settled before, by line 2 of file (DAY-1|MIXED)/)
    t.deepEqual(await ledger([good!, twice!, other!]), settledOnce(1))

    await instance.invoke(await world.upload('cut.csv', settlementFile('CUT', whole([twice!])).slice(0, -20)))
    await instance.invoke(await world.upload('other.csv', settlementFile('MIXED', whole([twice!]))))
    t.like(JSON.parse((await world.result('cut.csv.result.json'))!), {
      state: 'rejected',
      problems: [{ line: 2 }],
    })
    t.regex((await world.result('other.csv.result.json'))!, /MIXED was used for another file/)
    t.deepEqual(await ledger([twice!]), settledOnce(0))
  },
)

/** The outbox, relayed under the role of the relay. */
async function relay(times = 1): Promise<number[]> {
  const logger = { info: () => {}, warn: () => {} }
  const run = async () => {
    const pool = new pg.Pool({ connectionString: world.url, max: 1 })
    const urls = { queueUrl: world.queueUrl, deadLettersUrl: world.deadLettersUrl }
    try {
      return await relayOnce({ pool, logger, sqs: sqsOf(world.cloud, 'outbox-relay'), ...urls })
    } finally {
      await pool.end()
    }
  }
  return Promise.all(Array.from({ length: times }, run))
}
const bodies = async () => (await world.drain(world.queueUrl)).map(({ Body }) => JSON.parse(Body!))

test.serial('relay: three at once publish every event once, and those of a payment in order', async (t) => {
  await world.owner.query('update outbox set published_at = now()')
  const ids = await capture(40)
  await world.owner.query(`update outbox set trace_id = 'of-' || payment_id where event = 'payment.captured'`)
  const counts = await relay(3)
  t.is(
    counts.reduce((sum, count) => sum + count, 0),
    80,
  )
  const received = await world.drain(world.queueUrl)
  t.deepEqual([...new Set(received.map(({ Attributes }) => Attributes?.MessageGroupId))], ['shop-1'])
  const messages = received.map(({ Body }) => JSON.parse(Body!))
  t.is(new Set(messages.map(({ id }) => id)).size, 80)
  for (const id of ids) {
    const found = messages.filter(({ data }) => data.id === id).map(({ type, traceId }) => [type, traceId])
    const inOrder = [
      ['payment.authorised', undefined],
      ['payment.captured', `of-${id}`],
    ]
    t.deepEqual(found, inOrder, id)
  }
  t.deepEqual(await relay(), [0])
})

test.serial(
  'relay: what SQS will never take goes to the dead letters with its reason, and holds up nothing',
  async (t) => {
    const [id] = await capture(1)
    const long = JSON.stringify({ id, merchant: 'shop-1', note: 'x'.repeat(300_000), amountMinor: 100 })
    await world.owner.query(
      `update outbox set payload = $1 where payment_id = $2 and event = 'payment.authorised'`,
      [long, id],
    )
    t.deepEqual(await relay(), [2])
    t.deepEqual(
      (await bodies()).map(({ type }) => type),
      ['payment.captured'],
    )
    const [letter] = await world.drain(world.deadLettersUrl)
    t.regex(letter!.MessageAttributes!.reason!.StringValue!, /more than 262144 bytes/)
  },
)
settlementResultsTests(test, () => world, capture)
webhooksTests(test, () => world)

test.serial('rights of settlement: each is needed, and no other', async (t) => {
  const instance = await world.instance(t, 'settlement')
  await proveRights(
    t,
    world,
    'settlement',
    settlementScenario(world, instance),
    starting(t, world, 'settlement'),
  )
})

test.serial('rights of the relay: each is needed, and no other', async (t) => {
  await proveRights(t, world, 'outbox-relay', async () => {
    const [id] = await capture(1)
    await world.owner.query(
      `update outbox set payload = payload || $1 where payment_id = $2 and event = 'payment.captured'`,
      [JSON.stringify({ note: 'x'.repeat(300_000) }), id],
    )
    await relay().catch(() => {})
    await world.drain(world.queueUrl)
    await world.drain(world.deadLettersUrl)
  })
})

test('rights of the log shipper: its code makes no call', (t) => {
  const policy = world.cloud.policy('log-shipper')
  t.true(policy.length > 0)
  t.deepEqual(
    policy.filter(({ Sid, Effect }) => Effect === 'Allow' && !otherCallers().has(Sid)),
    [],
  )
})
