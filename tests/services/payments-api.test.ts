import test from 'ava'
import fc from 'fast-check'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { testPostgres } from '../postgres.ts'
import { ledgerFaults, lock, mastercard, paymentsApp, paymentsDatabase, visa } from './payments-world.ts'

let server: PostgresServer
test.before(async (t) => {
  server = await testPostgres(t as never, 'source')
})

async function world(t: Parameters<typeof paymentsDatabase>[0]) {
  const database = await paymentsDatabase(t, server)
  // Ten connections from the start, so that what is sent at once runs at once.
  return { ...database, ...paymentsApp(t, database.url, { firstConnections: 10 }) }
}

test('authorise, capture, refund twice, read', async (t) => {
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
  const events = await owner.query('select event, payload from outbox order by id')
  t.deepEqual(
    events.rows.map((row) => row.event),
    ['payment.authorised', 'payment.captured', 'payment.refunded', 'payment.refunded'],
  )
  t.deepEqual(events.rows[1].payload, captured.json())
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a card is known by a token: the same for the same card, and its number is nowhere', async (t) => {
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
})

test('the same key again gives the same answer and has one effect', async (t) => {
  const { authorise, post, owner } = await world(t)
  const first = await authorise('k1')
  const { id } = first.json()
  const captured = await post(`/payments/${id}/capture`, 'k2')
  const refunded = await post(`/payments/${id}/refund`, 'k3', { amountMinor: 50 })
  for (const [original, again] of [
    [first, await authorise('k1')], // still «authorised»: the answer of then, not of now
    [captured, await post(`/payments/${id}/capture`, 'k2', {})],
    [refunded, await post(`/payments/${id}/refund`, 'k3', { amountMinor: 50 })],
  ] as const) {
    t.is(again.statusCode, 200)
    t.is(again.headers['idempotent-replayed'], 'true')
    t.is(again.body, original.body)
  }
  t.is((await owner.query('select from postings')).rowCount, 3)
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a refusal is repeated under its key too, whatever has happened since', async (t) => {
  const { authorise, post } = await world(t)
  const { id } = (await authorise('k1')).json()
  const early = await post(`/payments/${id}/refund`, 'early', { amountMinor: 1 })
  t.is(early.statusCode, 409)
  t.is(early.headers['idempotent-replayed'], undefined)
  await post(`/payments/${id}/capture`, 'k2')
  const again = await post(`/payments/${id}/refund`, 'early', { amountMinor: 1 })
  t.is(again.statusCode, 409)
  t.is(again.headers['idempotent-replayed'], 'true')
  t.is(again.body, early.body)
})

test('a key used for another request is 422, and changes nothing', async (t) => {
  const { authorise, post, owner } = await world(t)
  const { id } = (await authorise('k1')).json()
  const other = (await authorise('k2')).json().id
  for (const answer of [
    await authorise('k1', { amountMinor: 1251 }),
    await authorise('k1', { currency: 'USD' }),
    await authorise('k1', { merchant: 'shop-2' }),
    await authorise('k1', { card: '4111111111111111' }),
    await post(`/payments/${id}/capture`, 'k1'),
  ]) {
    t.is(answer.statusCode, 422)
    t.is(answer.headers['idempotent-replayed'], undefined)
    t.like(answer.json(), { error: 'idempotency-key-reused' })
  }
  t.is((await post(`/payments/${id}/capture`, 'k3')).statusCode, 200)
  t.is((await post(`/payments/${other}/capture`, 'k3')).statusCode, 422)
  t.is((await owner.query('select from postings')).rowCount, 3)
})

test('the same key many times at once: one effect, one 201, the same answer for all', async (t) => {
  const { authorise, post, owner } = await world(t)
  for (let round = 0; round < 20; round++) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => authorise(`race-${round}`)))
    t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [...Array(9).fill(200), 201])
    t.is(new Set(answers.map((answer) => answer.body)).size, 1)
    const { id } = answers[0]!.json()
    const captures = await Promise.all(
      Array.from({ length: 10 }, () => post(`/payments/${id}/capture`, `capture-${round}`)),
    )
    t.true(captures.every((answer) => answer.statusCode === 200))
    t.is(captures.filter((answer) => answer.headers['idempotent-replayed'] === undefined).length, 1)
    t.is(new Set(captures.map((answer) => answer.body)).size, 1)
  }
  t.is((await owner.query('select from payments')).rowCount, 20)
  t.is((await owner.query('select from postings')).rowCount, 40)
  t.deepEqual(await ledgerFaults(owner), [])
})

test('one key for two payments at once: one wins, the other is 422, nobody waits for the other for ever', async (t) => {
  const { authorise, post, owner } = await world(t)
  for (let round = 0; round < 20; round++) {
    const ids = [(await authorise(`a-${round}`)).json().id, (await authorise(`b-${round}`)).json().id]
    const answers = await Promise.all(ids.map((id) => post(`/payments/${id}/capture`, `both-${round}`)))
    t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 422])
  }
  t.is((await owner.query(`select from postings where kind = 'capture'`)).rowCount, 20)
})

test('a duplicate that arrives while the first is in its transaction waits for it, and repeats its answer', async (t) => {
  const here = await world(t)
  const { authorise, post, owner } = here
  const insertion = await lock(t, here, 'lock table payments in share row exclusive mode')
  const authorisations = Array.from({ length: 5 }, () => authorise('k'))
  await insertion.waiting(5) // one for the table, four for its key
  await insertion.release()
  const answers = await Promise.all(authorisations)
  t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 200, 200, 200, 201])
  t.is(new Set(answers.map((answer) => answer.body)).size, 1)

  const { id } = answers[0]!.json()
  await post(`/payments/${id}/capture`, 'c')
  const posting = await lock(t, here, 'lock table postings in share row exclusive mode')
  const refunds = Array.from({ length: 5 }, () => post(`/payments/${id}/refund`, 'r', { amountMinor: 10 }))
  await posting.waiting(5)
  await posting.release()
  const refunded = await Promise.all(refunds)
  t.is(refunded.filter((answer) => answer.headers['idempotent-replayed'] === undefined).length, 1)
  t.deepEqual([...new Set(refunded.map((answer) => answer.json().refundedMinor))], [10])
  t.is((await owner.query('select from postings')).rowCount, 3)
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a duplicate that waited for a first that failed takes its place', async (t) => {
  const here = await world(t)
  const { authorise, owner, role } = here
  const held = await lock(t, here, 'lock table outbox in share row exclusive mode')
  const both = [authorise('k'), authorise('k')]
  await held.waiting(2)
  await owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where usename = $1 and wait_event = 'relation'`,
    [role],
  )
  await held.release()
  const answers = await Promise.all(both)
  t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 201])
  t.is((await owner.query('select from payments')).rowCount, 1)
})

test('different captures and refunds of one payment at once never exceed it', async (t) => {
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

test('any sequence of acts: the answers follow the rules, and the ledger balances', async (t) => {
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

test('a malformed request gets 400 and one plain message, without its values', async (t) => {
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

test('what does not exist is 404', async (t) => {
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

test('health and readiness', async (t) => {
  const { app, owner, role, authorise } = await world(t)
  await authorise('a connection is there')
  t.deepEqual((await app.inject('/health')).json(), { status: 'ok', side: 'cloud' })
  t.deepEqual((await app.inject('/ready')).json(), { status: 'ready', side: 'cloud' })
  await owner.query(`alter role ${role} nologin`)
  await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role])
  t.is((await app.inject('/ready')).statusCode, 503)
  t.is((await app.inject('/health')).statusCode, 200)
})
