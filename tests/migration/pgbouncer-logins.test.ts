/** PAUSE cuts a session that is being opened, and PgBouncer then takes the server for one that refuses logins. */
import { EventEmitter, once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import { PauseTimeoutError } from '../../migration/gate/gate.ts'
import { pgbouncerGate } from '../../migration/gate/pgbouncer.ts'
import { startPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import { needs } from '../parts.ts'
import { testSandbox } from '../postgres.ts'
import { execute, testServers } from './testbed.ts'

const test = needs('pgbouncer')

const app = { user: 'slow_app', password: 'of-a-test' }
const database = 'slow_logins'

/** Stands before a server. Closed, it takes connections and keeps what they say until it is opened. */
async function doorBefore(t: ExecutionContext, port: number) {
  const sockets: Socket[] = []
  const events = new EventEmitter()
  let closed = false
  const door = createServer(async (client) => {
    const ignore = () => client.destroy()
    sockets.push(client.on('error', ignore))
    if (closed) {
      const opened = once(events, 'open')
      events.emit('knock')
      await opened
    }
    const server = connect(port, '127.0.0.1')
    sockets.push(server.on('error', ignore))
    client.pipe(server).pipe(client)
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    door.close()
    for (const socket of sockets) socket.destroy()
  })
  return {
    port: (door.address() as { port: number }).port,
    /** Resolves when the next connection stands before it. */
    close(): Promise<unknown> {
      closed = true
      return once(events, 'knock')
    },
    open() {
      closed = false
      events.emit('open')
    },
  }
}

async function query(t: ExecutionContext, url: string) {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  t.teardown(() => client.end().catch(() => {}))
  return async (text: string) => (await client.query(text)).rows[0]
}

/** A pooler with two clients and no session on the server, in the moment in which it opens one. */
async function loggingIn(t: ExecutionContext) {
  const servers = await testServers()
  for (const server of Object.values(servers)) {
    await execute(server.url('postgres'), `create role ${app.user} login password '${app.password}'`)
    await execute(server.url('postgres'), `create database ${database}`)
  }
  const source = await doorBefore(t, servers.source.port)
  const target = await doorBefore(t, servers.target.port)
  const pooler = await startPgbouncer({
    name: 'slow-logins',
    sandbox: testSandbox(),
    database,
    app,
    source: { ...servers.source, port: source.port },
    target: { ...servers.target, port: target.port },
  })
  const { admin, ini, appUrl } = pooler
  const gate = pgbouncerGate({ database, poolers: [{ admin, ini }], appUrl })
  t.teardown(async () => {
    await gate.close()
    pooler.child.kill('SIGQUIT')
    for (const server of Object.values(servers)) {
      await execute(server.url('postgres'), `drop database ${database} with (force)`)
      await execute(server.url('postgres'), `drop role ${app.user}`)
    }
  })
  const command = await query(t, admin)
  const [one, other] = [await query(t, appUrl), await query(t, appUrl)]
  await one('select 1')
  await command(`reconnect ${database}`)
  const knocked = source.close()
  const waits = one('show port')
  waits.catch(() => {})
  await knocked
  const toTarget = { side: 'target' as const, host: '127.0.0.1', port: target.port }
  return { command, gate, source, target, waits, other, toTarget, servers }
}

test.serial('PAUSE in a login fails requests after RESUME, though the new server is well', async (t) => {
  const { command, gate, target, other, waits, toTarget, servers } = await loggingIn(t)
  const knocked = target.close()
  await command(`pause ${database}`)
  await gate.route(3, toTarget)
  await command(`resume ${database}`)
  await t.throwsAsync(other('select 1'), { message: /server login has been failing/ })
  await knocked
  target.open()
  t.is((await waits).port, String(servers.target.port))
})

test.serial('the pause waits until sessions that are being opened are there', async (t) => {
  const { gate, source, target, other, waits, toTarget, servers } = await loggingIn(t)
  const paused = gate.pause(2, 10_000)
  t.is((await gate.state())[0]?.state, 'open')
  source.open()
  await paused
  t.is((await waits).port, String(servers.source.port))
  const knocked = target.close()
  await gate.route(3, toTarget)
  await gate.resume(3)
  const late = other('show port')
  await knocked
  target.open()
  t.is((await late).port, String(servers.target.port))
})

test.serial('a login that does not end: the pause gives up in time, and has held nobody', async (t) => {
  const { gate, source, waits, servers } = await loggingIn(t)
  await t.throwsAsync(gate.pause(2, 100), {
    instanceOf: PauseTimeoutError,
    message: /has been opening a session .* for 100 ms/,
  })
  t.is((await gate.state())[0]?.state, 'open')
  source.open()
  t.is((await waits).port, String(servers.source.port))
})
