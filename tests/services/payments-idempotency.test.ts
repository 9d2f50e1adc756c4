import test from 'ava'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { sharedPostgres } from '../postgres.ts'
import { ledgerFaults, lock, paymentsApp, paymentsDatabase } from './payments-world.ts'

let server: PostgresServer
test.before(async () => {
  server = await sharedPostgres('source')
})

async function world(t: Parameters<typeof paymentsDatabase>[0]) {
  const database = await paymentsDatabase(t, server)
  // Ten connections from the start, so that what is sent at once runs at once.
  return { ...database, ...paymentsApp(t, database.url, { firstConnections: 10 }) }
}

test.serial('the same key again gives the same answer and has one effect', async (t) => {
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

test.serial('a refusal is repeated under its key too, whatever has happened since', async (t) => {
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

test.serial('a key used for another request is 422, and changes nothing', async (t) => {
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

test.serial('the same key many times at once: one effect, one 201, the same answer for all', async (t) => {
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

test.serial(
  'one key for two payments at once: one wins, the other is 422, nobody waits for the other for ever',
  async (t) => {
    const { authorise, post, owner } = await world(t)
    for (let round = 0; round < 20; round++) {
      const ids = [(await authorise(`a-${round}`)).json().id, (await authorise(`b-${round}`)).json().id]
      const answers = await Promise.all(ids.map((id) => post(`/payments/${id}/capture`, `both-${round}`)))
      t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 422])
    }
    t.is((await owner.query(`select from postings where kind = 'capture'`)).rowCount, 20)
  },
)

test.serial(
  'a duplicate that arrives while the first is in its transaction waits for it, and repeats its answer',
  async (t) => {
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
  },
)

test.serial('a duplicate that waited for a first that failed takes its place', async (t) => {
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
