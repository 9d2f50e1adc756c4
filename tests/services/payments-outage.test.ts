import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type pg from 'pg'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { testPostgres } from '../postgres.ts'
import { until } from '../until.ts'
import { ledgerFaults, lock, paymentsApp, paymentsDatabase } from './payments-world.ts'

let server: PostgresServer
test.before(async (t) => {
  server = await testPostgres(t as never, 'target')
})

const endSessions = (owner: pg.Pool, role: string) =>
  owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role])

test('connections that are ended all the time cost no request and double none', async (t) => {
  const { url, owner, role } = await paymentsDatabase(t, server)
  const { authorise } = paymentsApp(t, url)
  const answers = []
  for (let i = 0; i < 40; i++) {
    const batch = [0, 1, 2, 3, 4].map((n) => authorise(`k-${i}-${n}`))
    await endSessions(owner, role)
    answers.push(...(await Promise.all(batch)))
  }
  t.true(answers.every(({ statusCode }) => statusCode === 201))
  const { rows } = await owner.query('select id from payments order by id')
  t.deepEqual(
    rows.map((row) => row.id),
    answers.map((answer) => answer.json().id).sort(),
  )
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a role that may not log in: requests wait, and run when it may', async (t) => {
  const { url, owner, role } = await paymentsDatabase(t, server)
  const { authorise, database } = paymentsApp(t, url)
  await owner.query(`alter role ${role} nologin`)
  const waiting = Promise.all(Array.from({ length: 30 }, (_, i) => authorise(`k-${i}`)))
  await until(() => database.admission.failing !== undefined)
  await owner.query(`alter role ${role} login`)
  t.true((await waiting).every(({ statusCode }) => statusCode === 201))
  t.is(database.admission.failing, undefined)
})

test('a fenced database: writes wait, reads do not fail, and writes run when it is open', async (t) => {
  const { url, owner } = await paymentsDatabase(t, server)
  const { app, authorise, database } = paymentsApp(t, url)
  const { id } = (await authorise('before')).json()
  await owner.query(`
    create function refuse() returns trigger language plpgsql as
      $$ begin raise exception 'payments-lift: this database is fenced' using errcode = 'LF001'; end $$;
    create trigger fence before insert on idempotency_keys for each statement execute function refuse()`)
  const waiting = Promise.all(Array.from({ length: 30 }, (_, i) => authorise(`k-${i}`)))
  await until(() => database.admission.failing !== undefined)
  t.is((await app.inject(`/payments/${id}`)).statusCode, 200)
  t.is(database.admission.failing, 'fenced', 'a read is no proof that writes are taken')
  await owner.query('alter table idempotency_keys disable trigger fence')
  t.true((await waiting).every(({ statusCode }) => statusCode === 201))
})

test('a server that crashes and comes back costs no request', async (t) => {
  const own = await testPostgres(t, 'source')
  t.teardown(() => own.stop('immediate'))
  const { url, owner } = await paymentsDatabase(t, own)
  const { authorise, database } = paymentsApp(t, url)
  const answers = [await authorise('before')]
  await own.stop('immediate')
  const waiting = Promise.all(Array.from({ length: 20 }, (_, i) => authorise(`k-${i}`)))
  await until(() => database.admission.failing !== undefined)
  await own.start()
  answers.push(...(await waiting))
  t.true(answers.every(({ statusCode }) => statusCode === 201))
  t.is((await owner.query('select from payments')).rowCount, 21)
})

test('past its deadline a request gets 503 and had no effect', async (t) => {
  const { url, owner, role } = await paymentsDatabase(t, server)
  const { authorise } = paymentsApp(t, url, { deadlineMs: 150 })
  await owner.query(`alter role ${role} nologin`)
  const answers = await Promise.all([authorise('a'), authorise('b'), authorise('c')])
  for (const answer of answers) {
    t.is(answer.statusCode, 503)
    t.is(answer.headers['retry-after'], '1')
    t.like(answer.json(), { error: 'unavailable' })
  }
  await owner.query(`alter role ${role} login`)
  t.is((await paymentsApp(t, url).authorise('a')).statusCode, 201)
  t.is((await owner.query('select from payments')).rowCount, 1)
})

test('an error of the statement itself is not tried again', async (t) => {
  const { url, owner, role } = await paymentsDatabase(t, server)
  const { authorise, database } = paymentsApp(t, url)
  await owner.query(`revoke insert on outbox from ${role}`)
  const answer = await authorise('a')
  t.is(answer.statusCode, 500)
  t.notRegex(answer.body, /outbox|permission/)
  t.is(database.admission.failing, undefined)
  t.is((await owner.query('select from payments')).rowCount, 0)
})

/** A wire to the server that can lose answers, or everything. */
async function wire(t: ExecutionContext, url: string) {
  const state = { mode: 'whole' as 'whole' | 'loses the next answer' | 'dead', lost: 0 }
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const upstream = connect(server.port, server.host)
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => {}))
    client.on('data', (data) => state.mode !== 'dead' && upstream.write(data))
    upstream.on('data', (data) => {
      if (state.mode === 'dead') return
      if (state.mode === 'whole') return void client.write(data)
      // The server has committed by the time it answers.
      state.mode = 'whole'
      state.lost++
      client.destroy()
      upstream.end()
    })
    client.on('close', () => upstream.end())
    upstream.on('close', () => client.destroy())
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  const through = new URL(url)
  through.port = String((proxy.address() as { port: number }).port)
  return { state, url: through.href }
}

test('the answer of a committed transaction is lost: tried again, it is found, not done twice', async (t) => {
  const { url, owner } = await paymentsDatabase(t, server)
  const { state, url: through } = await wire(t, url)
  const { authorise, post } = paymentsApp(t, through)
  const { id } = (await authorise('before')).json()
  const acts = [
    () => authorise('k'),
    () => post(`/payments/${id}/capture`, 'c'),
    () => post(`/payments/${id}/refund`, 'r', { amountMinor: 5 }),
  ]
  for (const [i, act] of acts.entries()) {
    state.mode = 'loses the next answer'
    const answer = await act()
    t.is(state.lost, i + 1)
    t.is(answer.statusCode, i === 0 ? 201 : 200, 'what the first try would have answered')
    t.is(answer.headers['idempotent-replayed'], undefined)
    t.is((await act()).headers['idempotent-replayed'], 'true', 'the client sends it again')
  }
  t.is((await owner.query('select from payments')).rowCount, 2)
  t.is((await owner.query('select from postings')).rowCount, 4)
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a network that swallows everything: the request gets through once it is whole', async (t) => {
  const { url, owner } = await paymentsDatabase(t, server)
  const { state, url: through } = await wire(t, url)
  const { authorise } = paymentsApp(t, through, { attemptTimeoutMs: 500 })
  await authorise('before')
  state.mode = 'dead'
  const waiting = authorise('k')
  const quick = paymentsApp(t, through, { attemptTimeoutMs: 50, deadlineMs: 120 })
  t.is((await quick.authorise('q')).statusCode, 503)
  state.mode = 'whole'
  t.true((await waiting).statusCode < 300)
  t.is((await owner.query('select from payments')).rowCount, 2)
})

test('one locked payment does not hold up the others', async (t) => {
  const here = await paymentsDatabase(t, server)
  const { authorise, post, database } = paymentsApp(t, here.url, { attemptTimeoutMs: 500 })
  const { id } = (await authorise('locked')).json()
  const held = await lock(t, here, `select from payments where id = '${id}' for update`)
  const capture = post(`/payments/${id}/capture`, 'c')
  await held.waiting(2) // the first try was given up, and its session waits on
  t.is(database.admission.failing, undefined)
  const others = await Promise.all(Array.from({ length: 50 }, (_, i) => authorise(`k-${i}`)))
  t.true(others.every(({ statusCode }) => statusCode === 201))
  await held.release()
  t.is((await capture).statusCode, 200)
})

test('a payment that stays locked: 503 at the deadline, and no try after it', async (t) => {
  const here = await paymentsDatabase(t, server)
  const { authorise, post } = paymentsApp(t, here.url, { attemptTimeoutMs: 1000, deadlineMs: 2500 })
  const { id } = (await authorise('locked')).json()
  await lock(t, here, `select from payments where id = '${id}' for update`)
  const capture = await post(`/payments/${id}/capture`, 'c')
  t.is(capture.statusCode, 503)
  const { rowCount } = await here.owner.query(
    `select from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`,
    [here.role],
  )
  t.true(rowCount! <= 3, `${rowCount} sessions left waiting`)
})
