import test from 'ava'
import fc from 'fast-check'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { sharedPostgres } from '../postgres.ts'
import { ledgerFaults, lock, mastercard, paymentsApp, paymentsDatabase, visa } from './payments-world.ts'

let server: PostgresServer
test.before(async () => {
  server = await sharedPostgres('source')
})

async function world(t: Parameters<typeof paymentsDatabase>[0]) {
  const database = await paymentsDatabase(t, server)
  // Ten connections from the start, so that what is sent at once runs at once.
  return { ...database, ...paymentsApp(t, database.url, { firstConnections: 10 }) }
}

test.serial('authorise, capture, refund twice, read', async (t) => {
  const { app, authorise, post, owner } = await world(t)
  const authorised = await authorise('k1')
  t.is(authorised.statusCode, 201)
  t.is(authorised.headers['x-side'], 'cloud')
  t.is(authorised.headers['content-type'], 'application/json; charset=utf-8')
  t.is(authorised.headers['idempotent-replayed'], undefined)
  const { id, createdAt, updatedAt, ...rest } = authorised.json()
  t.regex(id, /^pay_\d+$/)
  t.true(Math.abs(Date.parse(createdAt) - Date.now()) < 60_000)
  t.is(createdAt, updatedAt)
  t.deepEqual(rest, {
    status: 'authorised',
    amountMinor: 1250,
    currency: 'EUR',
    merchant: 'shop-1',
    card: { brand: 'visa', last4: '4242' },
    capturedMinor: 0,
    refundedMinor: 0,
  })

  const captured = await post(`/payments/${id}/capture`, 'k2')
  t.is(captured.statusCode, 200)
  t.like(captured.json(), { id, status: 'captured', capturedMinor: 1250 })
  const part = await post(`/payments/${id}/refund`, 'k3', { amountMinor: 250 })
  t.like(part.json(), { status: 'partially_refunded', refundedMinor: 250 })
  const all = await post(`/payments/${id}/refund`, 'k4', { amountMinor: 1000 })
  t.like(all.json(), { status: 'refunded', refundedMinor: 1250 })
  const read = await app.inject(`/payments/${id}`)
  t.is(read.statusCode, 200)
  t.is(read.body, all.body)

  const { rows } = await owner.query(
    'select account, sum(amount_minor)::int from ledger_entries group by 1 order by 1',
  )
  t.deepEqual(rows, [
    { account: 'authorisations:offset', sum: 0 },
    { account: 'authorisations:open', sum: 0 },
    { account: 'card-network:receivable', sum: 0 },
    { account: 'merchant:shop-1:payable', sum: 0 },
  ])
  const events = await owner.query('select event, payload, trace_id from outbox order by id')
  t.deepEqual(
    events.rows.map((row) => row.event),
    ['payment.authorised', 'payment.captured', 'payment.refunded', 'payment.refunded'],
  )
  t.deepEqual(events.rows[1].payload, captured.json())
  // Whoever acts on an event finds the lines of the request that made it.
  const answers = [authorised, captured, part, all]
  t.deepEqual(
    events.rows.map((row) => row.trace_id),
    answers.map(({ headers }) => headers['x-request-id']),
  )
  t.deepEqual(await ledgerFaults(owner), [])
})

test.serial(
  'a card is known by a token: the same for the same card, and its number is nowhere',
  async (t) => {
    const { authorise, owner } = await world(t)
    for (const [key, card] of [
      ['a', visa],
      ['b', visa],
      ['c', mastercard],
    ] as const)
      await authorise(key, { card })
    const { rows } = await owner.query('select card_brand, card_token from payments order by idempotency_key')
    t.deepEqual(
      rows.map((row) => row.card_brand),
      ['visa', 'visa', 'mastercard'],
    )
    t.is(rows[0].card_token, rows[1].card_token)
    t.not(rows[0].card_token, rows[2].card_token)
    for (const table of ['payments', 'idempotency_keys', 'outbox', 'ledger_entries', 'postings']) {
      const { rows } = await owner.query(`select x::text from ${table} x`)
      t.true(rows.length > 0)
      t.false(
        rows.some((row) => row.x.includes(visa) || row.x.includes(mastercard)),
        table,
      )
    }
  },
)

test.serial('different captures and refunds of one payment at once never exceed it', async (t) => {
  const here = await world(t)
  const { authorise, post, owner } = here
  const { id } = (await authorise('k')).json()
  const atOnce = async (acts: (() => ReturnType<typeof post>)[]) => {
    const held = await lock(t, here, `select from payments where id = '${id}' for update`)
    const answers = acts.map((act) => act())
    await held.waiting(acts.length)
    await held.release()
    return (await Promise.all(answers)).map((answer) => answer.statusCode).sort()
  }
  const captures = [1, 2, 3, 4].map((n) => () => post(`/payments/${id}/capture`, `c${n}`))
  t.deepEqual(await atOnce(captures), [200, 409, 409, 409])
  const refunds = [1, 2, 3, 4].map((n) => () => post(`/payments/${id}/refund`, `r${n}`, { amountMinor: 500 }))
  t.deepEqual(await atOnce(refunds), [200, 200, 409, 409])
  t.deepEqual(await ledgerFaults(owner), [])
})

test.serial('any sequence of acts: the answers follow the rules, and the ledger balances', async (t) => {
  const { authorise, post, owner } = await world(t)
  let key = 0
  const act = fc.oneof(fc.constant('capture' as const), fc.integer({ min: 1, max: 120 }))
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 100 }),
      fc.array(act, { maxLength: 6 }),
      async (amountMinor, acts) => {
        const { id } = (await authorise(`key-${key++}`, { amountMinor })).json()
        let left: number | undefined
        for (const act of acts) {
          const [path, body, legal] =
            act === 'capture'
              ? [`/payments/${id}/capture`, undefined, left === undefined]
              : [`/payments/${id}/refund`, { amountMinor: act }, left !== undefined && act <= left]
          const answer = await post(path, `key-${key++}`, body)
          t.is(answer.statusCode, legal ? 200 : 409)
          if (legal) left = act === 'capture' ? amountMinor : left! - act
        }
      },
    ),
    { numRuns: 60 },
  )
  t.deepEqual(await ledgerFaults(owner), [])
})

test.serial('a malformed request gets 400 and one plain message, without its values', async (t) => {
  const { app, authorise, post, owner } = await world(t)
  const refused = async (answer: Awaited<ReturnType<typeof post>>, message: RegExp) => {
    t.is(answer.statusCode, 400)
    t.is(answer.headers['x-side'], 'cloud')
    t.is(answer.json().error, 'invalid-request')
    t.regex(answer.json().message, message)
    t.notRegex(answer.body, /4242.?4242/)
  }
  await refused(await post('/payments', undefined, {}), /Idempotency-Key is missing/)
  await refused(await authorise('has space'), /Idempotency-Key must be given once/)
  await refused(await authorise('k'.repeat(256)), /1 to 255/)
  for (const amountMinor of [0, -1, 1.5, '100', null, 1e12, 2 ** 53]) {
    await refused(
      await authorise('k', { amountMinor }),
      /^amountMinor: must be a whole number of minor units from 1 to 999999999999$/,
    )
  }
  for (const currency of ['eur', 'EURO', 'XXZ', 7])
    await refused(await authorise('k', { currency }), /^currency: .*ISO 4217/)
  for (const card of ['4242424242424241', '4242 4242 4242 4242', '42', 4242424242424242]) {
    await refused(await authorise('k', { card }), /^card: must be a card number/)
  }
  for (const merchant of ['', 'x'.repeat(65), 'a\u0000b', '\ud800'])
    await refused(await authorise('k', { merchant }), /^merchant: /)
  await refused(await authorise('k', { amount: 1 }), /unknown fields: amount/)
  await refused(await authorise('k', { [visa]: 1 }), /unknown fields: \*{4}4242/)
  await refused(await post('/payments', 'k'), /the body must be a JSON object/)
  await refused(await post('/payments/pay_1/refund', 'k', { amountMinor: 0 }), /^amountMinor/)
  await refused(await post('/payments/pay_1/capture', 'k', { amountMinor: 1 }), /unknown fields/)
  const headers = { 'idempotency-key': 'k', 'content-type': 'application/json' }
  await refused(
    await app.inject({ method: 'POST', url: '/payments', headers, payload: '{"card": "4242424242424242' }),
    /not valid JSON/,
  )
  t.is((await owner.query('select from idempotency_keys')).rowCount, 0)
})

test.serial('what does not exist is 404', async (t) => {
  const { app, post } = await world(t)
  for (const id of ['pay_999', 'pay_0', 'pay_x', '1', 'pay_99999999999999999999']) {
    t.is((await app.inject(`/payments/${id}`)).statusCode, 404)
    t.is((await post(`/payments/${id}/capture`, `c-${id}`)).statusCode, 404)
    t.is((await post(`/payments/${id}/refund`, `r-${id}`, { amountMinor: 1 })).statusCode, 404)
  }
  const nothing = await app.inject('/4242424242424242')
  t.is(nothing.statusCode, 404)
  t.notRegex(nothing.body, /4242/)
})

test.serial('health and readiness', async (t) => {
  const { app, owner, role, authorise } = await world(t)
  await authorise('a connection is there')
  t.deepEqual((await app.inject('/health')).json(), { status: 'ok', side: 'cloud' })
  t.deepEqual((await app.inject('/readyz')).json(), { status: 'ready', side: 'cloud' })
  await owner.query(`alter role ${role} nologin`)
  await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role])
  t.is((await app.inject('/readyz')).statusCode, 503)
  t.is((await app.inject('/health')).statusCode, 200)
})
