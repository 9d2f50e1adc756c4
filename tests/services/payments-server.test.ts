import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { testPostgres } from '../postgres.ts'
import {
  failService,
  ledgerFaults,
  paymentsDatabase,
  type RunningService,
  startService,
  visa,
} from './payments-world.ts'

let server: PostgresServer
test.before(async (t) => {
  server = await testPostgres(t as never, 'target')
})

const unreachable = 'postgres://app:hush@127.0.0.1:1/pay'
const authorisation = JSON.stringify({ amountMinor: 100, currency: 'EUR', card: visa, merchant: 'shop' })

interface Answer {
  /** HTTP status; 0 when the connection was refused: the request was never accepted. */
  status: number
  connection: string | undefined
}

/** Rejects when the connection breaks after it was made: that request was dropped. */
function authorise(service: RunningService, key: string, agent: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const request = http.request(
      `${service.url}/payments`,
      { method: 'POST', agent, headers },
      (response) => {
        response.resume()
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode!, connection: response.headers.connection }),
        )
      },
    )
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve({ status: 0, connection: undefined })
      else reject(error)
    })
    request.end(authorisation)
  })
}

/** Whether a connection to it is taken. */
async function accepts(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  const taken = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return taken
}

test('a wrong environment: one line a variable, exit 2, no value repeated', async (t) => {
  const { code, output } = await failService(t, {
    DATABASE_URL: 'mysql://app:hush@db/pay',
    PORT: 'x',
    SIDE: '',
  })
  t.is(code, 2)
  t.is(output.trim().split('\n').length, 4)
  for (const name of ['DATABASE_URL', 'PORT', 'SIDE'])
    t.regex(output, new RegExp(`^ {2}${name} (is missing|cannot be used): `, 'm'))
  t.notRegex(output, /hush| at /)
})

test('a port in use, a broken route file: one line, exit 2', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const { port } = other.address() as { port: number }
  for (const name of ['PORT', 'ADMIN_PORT']) {
    const { code, output } = await failService(t, { DATABASE_URL: unreachable, [name]: String(port) })
    t.is(code, 2)
    t.regex(
      output,
      new RegExp(`^the payments service cannot listen on 127.0.0.1:${port} \\(${name}\\): it is in use.*\n$`),
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'payments-route-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'route'), 'nonsense')
  const { code, output } = await failService(t, {
    DATABASE_URL: unreachable,
    ROUTE_FILE: join(folder, 'route'),
  })
  t.is(code, 2)
  t.regex(output, /^the route file .* cannot be used: it is not a route; .*\n$/)
})

test('without its database the service starts, is alive, is not ready, and stops', async (t) => {
  const service = await startService(t, { DATABASE_URL: unreachable, SIDE: 'cloud' })
  const health = await fetch(`${service.url}/health`)
  t.is(health.status, 200)
  t.is(health.headers.get('x-side'), 'cloud')
  t.is((await fetch(`${service.url}/readyz`)).status, 503)
  t.is(await service.stop(), 0)
})

test('with TLS it answers who encrypts, and nobody else; the order to stop is obeyed too', async (t) => {
  const service = await startService(t, { DATABASE_URL: unreachable, TLS: 'self-signed' })
  const { port } = new URL(service.url)
  // As a load balancer asks: without a look at who answers.
  const agent = new https.Agent({ rejectUnauthorized: false, keepAlive: true })
  t.teardown(() => agent.destroy())
  const [response] = await once(https.get({ host: '127.0.0.1', port, path: '/readyz', agent }), 'response')
  response.resume()
  t.is(response.statusCode, 503, 'there is no database')
  await t.throwsAsync(fetch(`${service.url}/readyz`), undefined, 'plain HTTP')
  t.is(await service.stop(), 0)
  const files = { TLS: 'files', TLS_CERTIFICATE: '/nowhere/cert', TLS_KEY: '/nowhere/key' }
  const { code, output } = await failService(t, { DATABASE_URL: unreachable, ...files })
  t.is(code, 2)
  t.regex(output, /^the payments service cannot start: TLS_CERTIFICATE cannot be used: .*no such file.*\n$/)
})

test('with GATE=pgbouncer there is no gate of its own', async (t) => {
  const service = await startService(t, { DATABASE_URL: unreachable, GATE: 'pgbouncer' })
  t.regex(service.output(), /"adminPort":null/)
  t.is(await service.stop(), 0)
})

test('the order to stop under load drops no request: each is answered, or was never accepted', async (t) => {
  const { url, owner } = await paymentsDatabase(t, server)
  const service = await startService(t, { DATABASE_URL: url })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 20 })
  t.teardown(() => agent.destroy())
  const answers: Answer[] = []
  let sent = 0
  const client = async () => {
    for (;;) {
      const answer = await authorise(service, `k-${sent++}`, agent)
      answers.push(answer)
      if (answer.status === 0) return
    }
  }
  const clients = Array.from({ length: 20 }, client)
  while (answers.length < 300) await new Promise(setImmediate)
  t.is(await service.stop(), 0)
  await Promise.all(clients)
  const accepted = answers.filter((answer) => answer.status !== 0)
  t.true(accepted.every((answer) => answer.status === 201))
  t.true(
    accepted.some((answer) => answer.connection === 'close'),
    'clients were told',
  )
  t.is(
    (await owner.query('select from payments')).rowCount,
    accepted.length,
    'and nothing was done unanswered',
  )
  t.deepEqual(await ledgerFaults(owner), [])
})

test('a connection that is kept but unused does not hold up the stop', async (t) => {
  const service = await startService(t, { DATABASE_URL: unreachable })
  const agent = new http.Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const [response] = await once(http.get(`${service.url}/health`, { agent }), 'response')
  response.resume()
  await once(response, 'end')
  const began = performance.now()
  t.is(await service.stop(), 0)
  t.true(performance.now() - began < 8000)
})

test('requests that wait at the gate when the order to stop comes are answered after resume', async (t) => {
  const { url, owner } = await paymentsDatabase(t, server)
  const service = await startService(t, { DATABASE_URL: url })
  const act = (path: string, body: object) =>
    fetch(`${service.adminUrl}/gate/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const waiting = async () =>
    ((await (await fetch(`${service.adminUrl}/gate`)).json()) as { waiting: number }).waiting
  t.is((await act('pause', { epoch: 1, timeoutMs: 1000 })).status, 200)
  const agent = new http.Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  const held = Promise.all(Array.from({ length: 10 }, (_, i) => authorise(service, `k-${i}`, agent)))
  while ((await waiting()) < 10) await new Promise(setImmediate)
  const stopped = service.stop()
  while (await accepts(service.url)) await new Promise(setImmediate)
  t.is(await waiting(), 10)
  t.is((await act('resume', { epoch: 1 })).status, 200)
  t.deepEqual(await held, Array(10).fill({ status: 201, connection: 'close' }))
  t.is(await stopped, 0)
  t.is((await owner.query('select from payments')).rowCount, 10)
})

test('the number of connections stays at the pool, whatever comes', async (t) => {
  const { url, owner, role } = await paymentsDatabase(t, server)
  const service = await startService(t, { DATABASE_URL: url, POOL_SIZE: '3' })
  const agent = new http.Agent({ keepAlive: true })
  t.teardown(() => agent.destroy())
  let most = 0
  for (let round = 0; round < 5; round++) {
    const burst = Array.from({ length: 100 }, (_, i) => authorise(service, `k-${round}-${i}`, agent))
    const { rows } = await owner.query('select count(*)::int from pg_stat_activity where usename = $1', [
      role,
    ])
    most = Math.max(most, rows[0].count)
    t.true((await Promise.all(burst)).every(({ status }) => status === 201))
  }
  const { rows } = await owner.query('select count(*)::int from pg_stat_activity where usename = $1', [role])
  t.true(Math.max(most, rows[0].count) <= 3)
  t.is(await service.stop(), 0)
})

test('at warn a request writes no log line; at trace none holds the card', async (t) => {
  const { url } = await paymentsDatabase(t, server)
  const agent = new http.Agent()
  const silent = await startService(t, { DATABASE_URL: url })
  t.is((await authorise(silent, 'a', agent)).status, 201)
  await silent.stop()
  t.regex(silent.output(), /^\{"event":"listening","port":\d+,"adminPort":\d+\}\n$/)
  const talking = await startService(t, { DATABASE_URL: url, LOG_LEVEL: 'trace', SIDE: 'cloud' })
  t.is((await authorise(talking, 'b', agent)).status, 201)
  await fetch(`${talking.url}/payments/${visa}?card=${visa}`)
  await fetch(`${talking.url}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"card":"${visa}"`,
  })
  await talking.stop()
  const lines = talking
    .output()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.true(lines.filter((line) => line.labels?.side === 'cloud').length >= 6)
  t.is(lines.filter((line) => line.event === 'listening').length, 1)
  t.notRegex(talking.output(), new RegExp(visa))
})
