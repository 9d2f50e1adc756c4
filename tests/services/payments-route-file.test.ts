import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { Gate } from '../../services/payments/gate.ts'
import { RouteFileError, readRouteFile } from '../../services/payments/route-file.ts'
import { testPostgres } from '../postgres.ts'
import { gateWorld } from './gate-world.ts'
import { paymentsApp } from './payments-world.ts'

let source: PostgresServer
let target: PostgresServer
test.before(async (t) => {
  source = await testPostgres(t as never, 'source')
  target = await testPostgres(t as never, 'target')
})

test('epoch, route and state outlive the process', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-route-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'route.json')
  t.is(readRouteFile(file), undefined)
  const { act, from, to, atTarget, atSource } = await gateWorld(t, source, target, file)
  await act('pause', { epoch: 5, timeoutMs: 1000 })
  t.deepEqual(readRouteFile(file), { epoch: 5, state: 'paused', route: atSource })
  await act('route', { epoch: 5, route: atTarget })
  t.is(statSync(file).mode & 0o777, 0o600)

  const next = paymentsApp(t, from.url)
  const gate = new Gate(next.database, readRouteFile(file)!, file)
  t.like(gate.status(), { epoch: 5, state: 'paused', route: 'target' })
  const held = next.authorise('k')
  await t.throwsAsync(gate.resume(4), { name: 'StaleEpochError' })
  while (gate.status().waiting === 0) await new Promise(setImmediate)
  await gate.resume(5)
  t.is((await held).statusCode, 201)
  t.is((await to.owner.query('select from payments')).rowCount, 1)
  t.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { epoch: 5, state: 'open', route: atTarget })
})

test('an act that could not be written down is reported, and can be repeated', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-route-'))
  const file = join(folder, 'route.json')
  const { act, atTarget } = await gateWorld(t, source, target, file)
  rmSync(folder, { recursive: true })
  t.like(await act('route', { epoch: 1, route: atTarget }), { status: 500, error: 'failed' })
  mkdirSync(folder)
  t.teardown(() => rmSync(folder, { recursive: true }))
  t.like(await act('route', { epoch: 1, route: atTarget }), { status: 200 })
  t.like(readRouteFile(file), { route: atTarget })
})

test('sent, requests flow before it is written down, and the answer waits until it is', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-route-'))
  const file = join(folder, 'route.json')
  const { act, authorise, status, to, atSource, atTarget } = await gateWorld(t, source, target, file)
  await act('pause', { epoch: 1, timeoutMs: 1000 })
  const held = authorise('k')
  while ((await status()).waiting === 0) await new Promise(setImmediate)
  t.like(await act('send', { epoch: 0, route: atTarget }), { status: 409, error: 'stale-epoch' })
  t.like(readRouteFile(file), { state: 'paused', route: atSource })
  rmSync(folder, { recursive: true })
  t.like(await act('send', { epoch: 1, route: atTarget }), { status: 500, error: 'failed' })
  t.is((await held).statusCode, 201)
  t.is((await to.owner.query('select from payments')).rowCount, 1)
  mkdirSync(folder)
  t.teardown(() => rmSync(folder, { recursive: true }))
  t.like(await act('send', { epoch: 1, route: atTarget }), { status: 200, state: 'open', route: 'target' })
  t.deepEqual(readRouteFile(file), { epoch: 1, state: 'open', route: atTarget })
})

test('a route file that is not one is refused, not guessed', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-route-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'route.json')
  for (const text of [
    '',
    '{"epoch": 1',
    '{}',
    '{"epoch":1,"state":"open","route":{"side":"target","host":"","port":1}}',
  ]) {
    writeFileSync(file, text)
    t.throws(() => readRouteFile(file), {
      instanceOf: RouteFileError,
      message: /cannot be used: it is not a route; .*remove the file/,
    })
  }
})
