import test from 'ava'
import type pg from 'pg'
import { judge } from '../../../rehearsal/judge/judge.ts'
import type { PostgresServer } from '../../../rehearsal/postgres/server.ts'
import { testPostgres } from '../../postgres.ts'
import { acknowledgements, evidence, judged, judgedDatabase, paymentCount } from './judged-world.ts'

let server: PostgresServer
let client: pg.Client
test.before(async (t) => {
  server = await testPostgres(t, 'target')
  client = await judgedDatabase(server)
})
test.after.always(() => client?.end())

const clean = { lost: 0, duplicated: 0, misposted: 0, failed: 0 }

test.serial('what is there as promised passes', async (t) => {
  const {
    verdict,
    reasons,
    payments,
    ledger,
    unacknowledged,
    torn,
    acknowledgements: lines,
  } = await judged(client, {})
  t.deepEqual(reasons, [])
  t.is(verdict, 'pass')
  t.deepEqual(payments, { ...clean, attempted: paymentCount, acknowledged: paymentCount })
  t.deepEqual([ledger.balanced, unacknowledged, torn, lines], [true, 0, false, acknowledgements().length])
})

test.serial('the source passes as the target does', async (t) => {
  const source = await judgedDatabase(await testPostgres(t, 'source'))
  t.teardown(() => source.end())
  t.is((await judged(source, {})).verdict, 'pass')
  const dropped = await judged(source, { sql: `delete from payments where id = 'pay_5'` })
  t.deepEqual(
    [...dropped.findings.lost].map(({ paymentId }) => paymentId),
    ['pay_5'],
  )
})

test.serial('duplicated: one key acknowledged for two payments, and one payment for two keys', async (t) => {
  const [first, second, ...rest] = acknowledgements().filter(({ kind }) => kind === 'authorise') as [
    never,
    never,
  ]
  const { seq, ...one } = first as ReturnType<typeof acknowledgements>[number]
  const twoPayments = await judged(client, {
    acks: [first, second, ...rest, { ...one, seq: 900, paymentId: 'pay_2' }],
  })
  t.is(twoPayments.verdict, 'fail')
  t.regex(
    twoPayments.findings.duplicated[0]?.detail ?? '',
    /^the key auth-1 was acknowledged for pay_1 and pay_2$/,
  )
  const twoKeys = await judged(client, {
    acks: [first, second, ...rest, { ...one, seq: 900, key: 'auth-2' }],
  })
  t.is(
    twoKeys.findings.duplicated
      .find(({ paymentId }) => paymentId === 'pay_1')
      ?.detail.includes('acknowledged for the keys auth-1 and auth-2'),
    true,
  )
})

test.serial('a sequence that would give a number again fails, before it does', async (t) => {
  // A rollback does not take setval back.
  t.teardown(() =>
    client.query(
      `select setval('payment_numbers', 1000), setval(pg_get_serial_sequence('ledger_entries', 'id'), 1000)`,
    ),
  )
  const back = await judged(client, { sql: `select setval('payment_numbers', 59)` })
  t.is(back.verdict, 'fail')
  t.deepEqual(back.sequences, [{ sequence: 'payment_numbers', next: 60, highest: 60, paymentId: 'pay_60' }])
  t.regex(
    back.reasons[0] ?? '',
    /^Sequence payment_numbers would give out 60 next, but 60 is in use \(pay_60\)\.$/,
  )
  t.is((await judged(client, { sql: `select setval('payment_numbers', 61, false)` })).verdict, 'pass')
  const never = await judged(client, {
    sql: `select setval(pg_get_serial_sequence('ledger_entries', 'id'), 1, false)`,
  })
  t.is(never.sequences[0]?.next, 1)
  t.regex(never.sequences[0]?.paymentId ?? '', /^pay_\d+$/)
})

test.serial(
  'a failed request fails the verdict and names the payment, also when it is there all the same',
  async (t) => {
    const acks = acknowledgements().filter(({ key }) => key !== 'auth-6')
    const failed = [
      { seq: 1, kind: 'authorise', key: 'auth-6', reason: 'no answer within 15000 ms', atMs: 4000 },
      { seq: 2, kind: 'authorise', key: 'auth-never', reason: 'answered 503', atMs: 4001 },
      { seq: 3, kind: 'read', paymentId: 'pay_9', reason: 'answered 404', atMs: 4002 },
    ] as const
    const judgement = await judged(client, { acks, failed: [...failed] })
    t.is(judgement.verdict, 'fail')
    t.is(judgement.payments.failed, 3)
    t.deepEqual(judgement.findings.failed, [
      {
        paymentId: 'pay_6',
        detail: 'authorise under key auth-6: no answer within 15000 ms; pay_6 is there all the same',
      },
      { paymentId: 'auth-never', detail: 'authorise under key auth-never: answered 503', atMs: 3001 },
      { paymentId: 'pay_9', detail: 'read: answered 404', atMs: 3002 },
    ])
    t.regex(
      judgement.reasons[0] ?? '',
      /^3 requests failed: pay_6 \(.*\), auth-never \(.*\), pay_9 \(.*\)\.$/,
    )
    t.is(judgement.unacknowledged, 1)
  },
)

test.serial('a payment that nobody acknowledged is counted and is no error', async (t) => {
  const extra = `select authorise_payment('unknown', '', 'shop-1', 5, 'EUR', 'visa', '4242', 'token')`
  const { verdict, unacknowledged } = await judged(client, { sql: extra })
  t.deepEqual([verdict, unacknowledged], ['pass', 1])
})

test.serial(
  'findings say when the client sent the payment; reasons name five, findings fifty, counts all',
  async (t) => {
    const { payments, findings, reasons } = await judged(client, { sql: 'delete from payments' })
    t.is(payments.lost, paymentCount)
    t.is(findings.lost.length, 50)
    for (const { paymentId, atMs } of findings.lost) t.is(atMs, 4000 + Number(paymentId.slice(4)))
    t.regex(reasons[0] ?? '', /^60 payments are lost: (pay_\d+ \([^)]*\)(, )?){5} and 55 more\.$/)
  },
)

test.serial('half a last line is tolerated, anything else in the file is not', async (t) => {
  const lines = acknowledgements().map((ack) => `${JSON.stringify(ack)}\n`)
  const torn = await judged(client, { file: `${lines.join('')}{"seq":99,"kin` })
  t.deepEqual([torn.verdict, torn.torn], ['pass', true])
  const cut = await judged(client, { file: lines.join('').trimEnd() })
  t.deepEqual([cut.verdict, cut.torn], ['pass', false])
  const file = `${lines[0]}{"seq":1}\n${lines[2]}`
  await t.throwsAsync(judged(client, { file }), {
    message: /acks\.jsonl, line 2 is not an acknowledgement: \{"seq":1\}$/,
  })
})

test.serial('a file with fewer lines than the client counted, or none, proves nothing', async (t) => {
  const acks = acknowledgements()
  const fewer = await judged(client, {
    acks,
    file: acks
      .slice(1)
      .map((ack) => `${JSON.stringify(ack)}\n`)
      .join(''),
  })
  t.deepEqual(fewer.reasons, [
    `The acknowledgement file has ${acks.length - 1} lines, the client counted ${acks.length} acknowledged writes.`,
  ])
  t.deepEqual((await judged(client, { acks: [] })).reasons, [
    'Nothing was acknowledged: there is nothing to prove.',
  ])
})

test.serial('judges a database by its address, and leaves nothing in it', async (t) => {
  const url = server.url('judged')
  const { verdict, durationMs } = await judge({ url, ...evidence() })
  t.is(verdict, 'pass')
  t.true(durationMs > 0)
  const { rows } = await client.query("select from pg_class where relname = 'acked'")
  t.is(rows.length, 0)
})

test.serial('what cannot be read gives no verdict, and one clear line', async (t) => {
  const url = server.url('judged')
  await t.throwsAsync(judge({ ...evidence(), url, ackFile: '/nowhere/acks' }), {
    message: /^the acknowledgement file cannot be read: ENOENT.*\/nowhere\/acks/,
  })
  await t.throwsAsync(judge({ ...evidence(), url: server.url('elsewhere') }), {
    message: /"elsewhere" does not exist/,
  })
})
