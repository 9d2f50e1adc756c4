import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'
import pg from 'pg'
import { startPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { needs } from '../parts.ts'
import { testPostgres, testSandbox } from '../postgres.ts'
import { type PaymentsDatabase, paymentsDatabase } from './payments-world.ts'

const test = needs('pgbouncer')

/** As many as the functions of payments may run at once on the day everything fails and is tried again. */
const instances = 500
/** A process each would be too much for a small machine: threads, each with many pools of one connection. */
const threads = 4
/** What PgBouncer opens at most, as rehearsal/pgbouncer says. */
const poolSize = 20
const maxConnections = 60

let server: PostgresServer
let database: PaymentsDatabase
let bundle = ''
const ends: (() => void)[] = []
test.before(async () => {
  server = await testPostgres(undefined, 'target', { max_connections: String(maxConnections) })
  database = await paymentsDatabase({ teardown: (end: () => void) => void ends.push(end) } as never, server)
  bundle = join(testSandbox().dir, 'cold-instances.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'cold-instances.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native', 'pg-cloudflare'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
})
test.after.always(() => {
  for (const end of ends) end()
})

interface Told {
  failures: string[]
  said: string[]
}

/** Starts all instances cold, at once; returns what failed, and how many connections the server had at most. */
async function burst(url: string, deadlineMs: number) {
  const workers = Array.from(
    { length: threads },
    () =>
      new Worker(bundle, { execArgv: [], workerData: { url, instances: instances / threads, deadlineMs } }),
  )
  const answers = Promise.all(workers.map(async (worker) => (await once(worker, 'message'))[0] as Told))
  let done = false
  let most = 0
  const watch = async () => {
    const count = `select count(*)::int from pg_stat_activity where usename = $1`
    while (!done) most = Math.max(most, (await database.owner.query(count, [database.role])).rows[0].count)
  }
  const [told] = await Promise.all([
    answers.finally(() => {
      done = true
    }),
    watch(),
  ])
  await Promise.all(workers.map((worker) => worker.terminate()))
  return { failures: told.flatMap(({ failures }) => failures), said: told.flatMap(({ said }) => said), most }
}

test.serial('500 cold instances through PgBouncer: the pool’s connections, and nothing fails', async (t) => {
  const app = { user: database.role, password: new URL(database.url).password }
  const names = { name: 'pgbouncer', database: database.role }
  const pooler = await startPgbouncer({
    ...names,
    sandbox: testSandbox(),
    app,
    source: server,
    target: server,
  })
  // Logins are not what is tested, and 500 at once would keep this machine busy with hashing.
  writeFileSync(
    pooler.ini,
    readFileSync(pooler.ini, 'utf8').replace('auth_type = scram-sha-256', 'auth_type = trust'),
  )
  const admin = new pg.Client(pooler.admin)
  await admin.connect()
  await admin.query('RELOAD')
  await admin.end()

  const { failures, most } = await burst(pooler.appUrl, 60_000)
  t.deepEqual(failures, [])
  t.true(most > 1 && most <= poolSize, `${most} connections`)
  pooler.child.kill('SIGTERM')
})

test.serial('the same without the pooler exhausts the server, and most fail', async (t) => {
  const { failures, said } = await burst(database.url, 5000)
  t.true(failures.length > instances / 2, `${failures.length} failed`)
  t.true(
    said.some((message) => /too many clients|remaining connection slots/.test(message)),
    said[0],
  )
})
