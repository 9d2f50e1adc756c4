import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface, type Interface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { createApp } from '../../services/payments/app.ts'
import { Database, type DatabaseOptions } from '../../services/payments/database.ts'
import { createLog } from '../../services/payments/log.ts'
import { Payments } from '../../services/payments/payments.ts'
import { grantsSql, schemaSql } from '../../services/payments/schema.ts'

export const cardTokenKey = 'a key of the tests, of no use anywhere else'
/** Published test numbers. */
export const visa = '4242424242424242'
export const mastercard = '5555555555554444'
export const quiet = createLog({ SIDE: 'on-premises', LOG_LEVEL: 'silent' })

export interface PaymentsDatabase {
  /** For the app role. */
  url: string
  /** Of the superuser. */
  owner: pg.Pool
  role: string
}

let made = 0

/** A payments database of its own on the server, with an app role of the same name. */
export async function paymentsDatabase(
  t: ExecutionContext,
  server: PostgresServer,
  name = `pay_${++made}`,
): Promise<PaymentsDatabase> {
  const admin = new pg.Client(server.url('postgres'))
  await admin.connect()
  await admin.query(`create database ${name}`)
  await admin.query(`create role ${name} login password 'app'`)
  await admin.end()
  const owner = new pg.Pool({ connectionString: server.url(name), max: 4 })
  owner.on('error', () => {}) // some tests stop the server
  await owner.query(schemaSql)
  await owner.query(grantsSql(name))
  t.teardown(() => owner.end())
  return { url: server.url(name, name, 'app'), owner, role: name }
}

/** The application on the database, to be asked with `inject`. */
export function paymentsApp(t: ExecutionContext, url: string, options: Partial<DatabaseOptions> = {}) {
  const database = new Database({ url, poolSize: 10, log: quiet, ...options })
  const payments = new Payments(database, cardTokenKey)
  const app = createApp({ payments, database, side: 'cloud', log: quiet })
  t.teardown(async () => {
    await app.close()
    await database.end()
  })
  /** A POST with a key; the fields of an authorisation are filled in. */
  const post = (path: string, key: string | undefined, body?: object) =>
    app.inject({
      method: 'POST',
      url: path,
      headers: key === undefined ? {} : { 'idempotency-key': key },
      ...(body && { payload: body }),
    })
  const authorise = (key: string, fields: object = {}) =>
    post('/payments', key, { amountMinor: 1250, currency: 'EUR', card: visa, merchant: 'shop-1', ...fields })
  return { app, database, post, authorise }
}

/** Holds the locks that `sql` takes until `release`; `waiting` counts the app's sessions that wait for a lock. */
export async function lock(t: ExecutionContext, { owner, role }: PaymentsDatabase, sql: string) {
  const client = await owner.connect()
  await client.query('begin')
  await client.query(sql)
  let released = false
  const release = async () => {
    if (released) return
    released = true
    await client.query('commit')
    client.release()
  }
  t.teardown(release)
  return {
    async waiting(least: number): Promise<void> {
      const count = `select count(*)::int from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`
      // Not in the transaction: there it would see its first answer again.
      while ((await owner.query(count, [role])).rows[0].count < least) await new Promise(setImmediate)
    },
    release,
  }
}

/** Everything a ledger must be, whatever was posted: the empty list when it is. */
export async function ledgerFaults(owner: pg.Pool): Promise<unknown[]> {
  const { rows } = await owner.query(`
    select 'posting ' || posting_id as what, sum(amount_minor) from ledger_entries group by posting_id, currency having sum(amount_minor) <> 0
    union all
    select 'payment ' || p.id, p.captured_minor from payments p
      left join ledger_entries e on e.payment_id = p.id and e.account = 'card-network:receivable'
      group by p.id having coalesce(sum(e.amount_minor), 0) <> p.captured_minor - p.refunded_minor
    union all
    select 'open authorisation ' || p.id, p.amount_minor from payments p
      left join ledger_entries e on e.payment_id = p.id and e.account = 'authorisations:open'
      group by p.id having coalesce(sum(e.amount_minor), 0) <> p.amount_minor - p.captured_minor
    union all
    select 'events of ' || p.id, 0 from payments p
      where (select count(*) from outbox o where o.payment_id = p.id) <> (select count(*) from postings q where q.payment_id = p.id)`)
  return rows
}

export interface RunningService {
  child: ChildProcess
  url: string
  adminUrl: string
  /** Everything it wrote so far. */
  output(): string
  /** Sends the signal and returns the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** The service as a process, as it is deployed. */
export async function startService(
  t: ExecutionContext,
  variables: Record<string, string>,
): Promise<RunningService> {
  const { child, output, address } = spawnService(t, variables)
  const line = await address
  if (line === undefined) throw new Error(`the service did not start:\n${output()}`)
  const { port, adminPort } = JSON.parse(line)
  return {
    child,
    url: `http://127.0.0.1:${port}`,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    output,
    async stop(signal = 'SIGTERM') {
      const exited = once(child, 'exit')
      child.kill(signal)
      return (await exited)[0]
    },
  }
}

/** The exit code and the words of a service that is expected not to start. */
export async function failService(t: ExecutionContext, variables: Record<string, string>) {
  const { child, output } = spawnService(t, variables)
  const [code] = await once(child, 'close')
  return { code: code as number, output: output() }
}

function spawnService(t: ExecutionContext, variables: Record<string, string>) {
  const child = spawn(process.execPath, ['start/start.mjs', 'services/payments/server.ts'], {
    env: {
      PATH: process.env.PATH,
      SIDE: 'on-premises',
      PORT: '0',
      CARD_TOKEN_KEY: cardTokenKey,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk) => chunks.push(chunk))
  child.stderr.on('data', (chunk) => chunks.push(chunk))
  const address = Promise.race([
    listening(createInterface(child.stdout)),
    once(child, 'close').then(() => undefined),
  ])
  return { child, output: () => Buffer.concat(chunks).toString(), address }
}

/** The line among its logs that says where it listens. */
function listening(lines: Interface): Promise<string> {
  return new Promise((resolve) => {
    lines.on('line', (line) => line.includes('"event":"listening"') && resolve(line))
  })
}
