import pg from 'pg'
import { type PgBouncerServer, startPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { cloudHealthPath } from '../../wiring/foundation.ts'
import { needs } from '../parts.ts'
import { sharedPostgres, testSandbox } from '../postgres.ts'
import { ledgerFaults, type PaymentsDatabase, paymentsApp, paymentsDatabase } from './payments-world.ts'

const test = needs('pgbouncer')

let server: PostgresServer
test.before(async () => {
  server = await sharedPostgres('source')
})

async function throughPgbouncer(t: Parameters<typeof paymentsDatabase>[0], { url, role }: PaymentsDatabase) {
  const app = { user: role, password: new URL(url).password }
  const pooler: PgBouncerServer = await startPgbouncer({
    name: `pgbouncer-${role}`,
    sandbox: testSandbox(),
    database: role,
    app,
    source: server,
    target: server,
  })
  const admin = new pg.Client(pooler.admin)
  await admin.connect()
  t.teardown(async () => {
    await admin.end()
    pooler.child.kill('SIGTERM')
  })
  const command = (text: string) => admin.query(text)
  return { command, ...paymentsApp(t, pooler.appUrl, { firstConnections: 10 }) }
}

test.serial('in transaction mode: duplicates at once, and every act', async (t) => {
  const database = await paymentsDatabase(t, server)
  const { app, authorise, post } = await throughPgbouncer(t, database)
  for (let round = 0; round < 10; round++) {
    const answers = await Promise.all(Array.from({ length: 8 }, () => authorise(`k-${round}`)))
    t.deepEqual(answers.map((answer) => answer.statusCode).sort(), [...Array(7).fill(200), 201])
    const { id } = answers[0]!.json()
    t.is((await post(`/payments/${id}/capture`, `c-${round}`)).statusCode, 200)
    t.is((await post(`/payments/${id}/refund`, `r-${round}`, { amountMinor: 10 })).statusCode, 200)
    t.is((await app.inject(`/payments/${id}`)).json().refundedMinor, 10)
  }
  t.deepEqual(await ledgerFaults(database.owner), [])
})

test.serial('while PgBouncer is paused requests wait', async (t) => {
  const database = await paymentsDatabase(t, server)
  const { command, authorise } = await throughPgbouncer(t, database)
  await authorise('before')
  await command('PAUSE')
  const waiting = Promise.all(Array.from({ length: 10 }, (_, i) => authorise(`k-${i}`)))
  const clients = async () =>
    Number((await command('SHOW POOLS')).rows.find((row) => row.database === database.role)?.cl_waiting)
  // Not for all ten: on a slow machine a try is left after 3 s, and then one at a time knocks.
  while (!((await clients()) > 0)) await new Promise(setImmediate)
  await command('RESUME')
  t.deepEqual(
    (await waiting).map((answer) => `${answer.statusCode} ${answer.statusCode === 201 ? '' : answer.body}`),
    Array(10).fill('201 '),
  )
})

test.serial('while PgBouncer is paused the load balancer keeps sending', async (t) => {
  const database = await paymentsDatabase(t, server)
  const { app, command, authorise } = await throughPgbouncer(t, database)
  const asked = async (path: string) => (await app.inject(path)).statusCode
  await authorise('before')
  await command('PAUSE')
  t.is(await asked(cloudHealthPath), 200)
  t.is(await asked('/readyz'), 503, 'nobody here knows of the pause')
  await command('RESUME')
  t.is((await authorise('after')).statusCode, 201)
})

test.serial('a refused server login reaches no client as a failure', async (t) => {
  const database = await paymentsDatabase(t, server)
  const { authorise, database: pool } = await throughPgbouncer(t, database)
  const { owner, role } = database
  await authorise('before')
  await owner.query(`alter role ${role} nologin`)
  await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [role])
  const waiting = Promise.all(Array.from({ length: 10 }, (_, i) => authorise(`k-${i}`)))
  while (pool.admission.failing === undefined) await new Promise(setImmediate)
  await owner.query(`alter role ${role} login`)
  t.true((await waiting).every((answer) => answer.statusCode === 201))
  t.is((await owner.query('select from payments')).rowCount, 11)
})
