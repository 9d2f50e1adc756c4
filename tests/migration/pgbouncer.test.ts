/** The write gate made of real PgBouncer processes, two of them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import { StaleTokenError } from '../../migration/epoch.ts'
import { PauseTimeoutError, type Side } from '../../migration/gate/gate.ts'
import { pgbouncerGate } from '../../migration/gate/pgbouncer.ts'
import { startPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { execute, testServers } from './testbed.ts'

const test = needs('pgbouncer')

const app = { user: 'app', password: 'of-a-test' }
let made = 0

/** Passes the first connection on; what is sent over the second waits to be released. `through` gives the way through it. */
async function slowSecond(t: ExecutionContext) {
  let port = 0
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let readied = () => {}
  const ready = new Promise<void>((resolve) => {
    readied = resolve
  })
  let connections = 0
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    const second = ++connections === 2
    const pooler = connect(port, '127.0.0.1')
    sockets.push(socket, pooler)
    for (const each of [socket, pooler]) each.on('error', () => {})
    pooler.pipe(socket)
    if (second) pooler.on('data', (data) => data.at(-6) === 'Z'.charCodeAt(0) && readied())
    ;(second ? released : Promise.resolve()).then(() => socket.pipe(pooler))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const through = (url: string) => {
    const way = new URL(url)
    port = Number(way.port)
    way.port = String((server.address() as AddressInfo).port)
    return way.href
  }
  return { through, release: () => release(), ready }
}

/** @param consoleOf where the gate finds the console of the second pooler */
async function gated(t: ExecutionContext, consoleOf = (admin: string) => admin) {
  const servers = await shared()
  const database = `pay${++made}`
  for (const server of Object.values(servers))
    await execute(server.url('postgres'), `create database ${database}`)
  const poolers = await Promise.all(
    [1, 2].map((n) =>
      startPgbouncer({ name: `pooler-${made}-${n}`, sandbox: testSandbox(), database, app, ...servers }),
    ),
  )
  const gate = pgbouncerGate({
    database,
    poolers: poolers.map(({ admin, ini }, n) => ({ admin: n === 1 ? consoleOf(admin) : admin, ini })),
    appUrl: poolers[0]?.appUrl ?? '',
  })
  const clients = await Promise.all(
    poolers.map(async ({ appUrl }) => {
      const client = new pg.Client(appUrl)
      client.on('error', () => {})
      await client.connect()
      return client
    }),
  )
  const route = (side: Side) => ({ side, host: '127.0.0.1', port: servers[side].port })
  const versions = () =>
    Promise.all(
      clients.map(async (client) => (await client.query('show server_version')).rows[0].server_version),
    )
  t.teardown(async () => {
    await Promise.allSettled(clients.map((client) => client.end()))
    await gate.close()
    for (const { child } of poolers) child.kill('SIGQUIT')
  })
  return { gate, clients, poolers, servers, route, versions, database }
}

let starting: ReturnType<typeof testServers> | undefined
async function shared() {
  starting ??= testServers().then(async (servers) => {
    for (const server of Object.values(servers))
      await execute(server.url('postgres'), `create role app login password '${app.password}'`)
    return servers
  })
  return starting
}

test.serial('pause holds, route moves, resume lets through, on every process', async (t) => {
  const { gate, clients, servers, route, versions } = await gated(t)
  t.deepEqual(await versions(), [servers.source.version, servers.source.version])
  await gate.pause(2, 1000)
  t.deepEqual(
    (await gate.state()).map(({ state }) => state),
    ['paused', 'paused'],
  )
  let through = 0
  const waiting = clients.map((client) =>
    client.query('show server_version').then(({ rows }) => {
      through++
      return rows[0].server_version
    }),
  )
  await gate.route(3, route('target'))
  t.is(through, 0)
  await gate.resume(3)
  t.deepEqual(await Promise.all(waiting), [servers.target.version, servers.target.version])
  t.deepEqual(
    (await gate.state()).map(({ epoch, state, route }) => ({ epoch, state, route })),
    [
      { epoch: 1, state: 'open', route: 'target' },
      { epoch: 1, state: 'open', route: 'target' },
    ],
  )
})

test.serial('every act may be repeated', async (t) => {
  const { gate, route, versions, servers } = await gated(t)
  for (const act of [() => gate.pause(2, 1000), () => gate.route(3, route('target')), () => gate.resume(3)]) {
    await act()
    await t.notThrowsAsync(act)
  }
  t.deepEqual(await versions(), [servers.target.version, servers.target.version])
})

test.serial(
  'a transaction that stays open: the pause gives up in time and everyone flows again',
  async (t) => {
    const { gate, clients } = await gated(t)
    const [holder, other] = clients as [pg.Client, pg.Client]
    await holder.query('begin')
    await holder.query('select 1')
    const began = performance.now()
    await t.throwsAsync(gate.pause(2, 200), { instanceOf: PauseTimeoutError })
    t.true(performance.now() - began < 1000)
    await t.notThrowsAsync(other.query('select 1'))
    await holder.query('commit')
    await t.notThrowsAsync(holder.query('select 1'))
    await t.notThrowsAsync(gate.pause(4, 1000))
    await gate.resume(5)
  },
)

test.serial('a pause that is given up while its console is being opened holds nobody later', async (t) => {
  const slow = await slowSecond(t)
  const { gate, clients } = await gated(t, slow.through)
  await t.throwsAsync(gate.pause(2, 200), { instanceOf: PauseTimeoutError })
  slow.release()
  await slow.ready
  // Each asks after whatever was sent when the console was ready.
  for (let n = 0; n < 3; n++)
    t.deepEqual(new Set((await gate.state()).map(({ state }) => state)), new Set(['open']))
  for (const client of clients) await t.notThrowsAsync(client.query('select 1'))
})

test.serial('an act of an older token is refused and changes nothing', async (t) => {
  const { gate, route, versions, servers } = await gated(t)
  await gate.pause(6, 1000)
  await gate.route(7, route('target'))
  await gate.resume(7)
  for (const late of [
    () => gate.pause(6, 1000),
    () => gate.route(5, route('source')),
    () => gate.resume(6),
  ]) {
    await t.throwsAsync(late(), { instanceOf: StaleTokenError })
  }
  t.deepEqual(await versions(), [servers.target.version, servers.target.version])
})

test.serial('an ini that PgBouncer cannot read is noticed, though RELOAD says success', async (t) => {
  const { gate, route, poolers } = await gated(t)
  const ini = poolers[1]?.ini ?? ''
  await gate.pause(2, 1000)
  writeFileSync(ini, readFileSync(ini, 'utf8').replace('[databases]', '[databases]\nthis is no entry'))
  await t.throwsAsync(gate.route(3, route('target')), { message: /still sends «pay\d» to .* after RELOAD/ })
  writeFileSync(ini, readFileSync(ini, 'utf8').replace('\nthis is no entry', ''))
  await t.notThrowsAsync(gate.route(3, route('target')))
  await gate.resume(3)
})

test.serial('the route stands in the ini, where a pooler that restarts reads it', async (t) => {
  const { gate, route, poolers } = await gated(t)
  await gate.pause(2, 1000)
  await gate.route(3, route('target'))
  await gate.resume(3)
  t.regex(
    readFileSync(poolers[0]?.ini ?? '', 'utf8'),
    new RegExp(`^pay\\d = host=127.0.0.1 port=${route('target').port} `, 'm'),
  )
})

test.serial('the probe proves that the application can log in to a side, or says why not', async (t) => {
  const { gate, servers } = await gated(t)
  await t.notThrowsAsync(gate.probe('target'))
  await execute(servers.target.url('postgres'), 'alter role app nologin')
  await t.throwsAsync(gate.probe('target'), {
    message: /the application cannot log in to the target database through PgBouncer/,
  })
  await execute(servers.target.url('postgres'), 'alter role app login')
})
