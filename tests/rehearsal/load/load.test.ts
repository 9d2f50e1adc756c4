import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { acknowledgementSchema } from '../../../rehearsal/load/acknowledgement.ts'
import { type Load, startLoad } from '../../../rehearsal/load/client.ts'
import type { LoadOptions } from '../../../rehearsal/load/options.ts'
import { until } from '../../until.ts'
import { FakePayments } from '../fake-payments.ts'
import { serve } from '../http.ts'

const dir = mkdtempSync(join(tmpdir(), 'load-'))
test.after.always(() => rmSync(dir, { recursive: true }))
let files = 0

async function world(
  t: ExecutionContext,
  options: Partial<LoadOptions> = {},
  prepare = (_: FakePayments) => {},
) {
  const api = new FakePayments()
  prepare(api)
  const { url, server } = await serve(t, api.handle)
  let connections = 0
  server.on('connection', () => connections++)
  const ackFile = join(dir, `acks-${files++}`)
  const load = await startLoad({ baseUrl: url, rate: 200, seed: 1, ackFile, ...options })
  t.teardown(() => load.close())
  const acks = () =>
    readFileSync(ackFile, 'utf8')
      .split('\n')
      // After the last line feed: nothing, or half a line of a killed writer.
      .slice(0, -1)
      .map((line) => acknowledgementSchema.parse(JSON.parse(line)))
  return { api, load, acks, connections: () => connections }
}

/** The load's figures when they are so. */
const statsWhen = (load: Load, condition: (stats: Awaited<ReturnType<Load['stats']>>) => boolean) =>
  until(async () => {
    const stats = await load.stats()
    return condition(stats) && stats
  })

// One after another: they are about time.
test.serial('every write answered is in the file, once, with what the API keeps', async (t) => {
  const { api, load, acks, connections } = await world(t, { rate: 500, maxSockets: 20 }, (fake) => {
    fake.side = 'cloud'
  })
  await statsWhen(load, ({ total }) => total.attempted > 1500)
  const stats = await load.stop()
  t.is(stats.total.failed, 0)
  t.is(stats.inFlight, 0)
  t.is(stats.total.acknowledged, stats.total.attempted)
  const { authorise, capture, refund, read, duplicate } = stats.requests
  for (const counts of [capture, refund, read, duplicate]) t.true(counts.attempted > 0)
  t.true(authorise.attempted > 10 * refund.attempted)
  t.is(api.received.length, stats.total.attempted)
  t.true(connections() < stats.total.attempted / 4)

  const lines = acks()
  t.is(lines.length, stats.total.attempted - read.attempted)
  t.is(new Set(lines.map(({ seq }) => seq)).size, lines.length)
  t.is(api.payments.size, authorise.attempted)
  const authorised = lines.filter(({ kind }) => kind === 'authorise')
  t.is(new Set(authorised.map(({ paymentId }) => paymentId)).size, authorise.attempted)
  t.is(new Set(authorised.map(({ key }) => key)).size, authorise.attempted)
  for (const { paymentId, amountMinor, currency, sentAtMs, ackedAtMs } of authorised) {
    t.like(api.payments.get(paymentId), { amountMinor, currency })
    t.true(ackedAtMs >= sentAtMs && Math.abs(Date.now() - ackedAtMs) < 60_000)
  }
  for (const { kind, paymentId, amountMinor } of lines) {
    if (kind === 'refund') t.is(api.payments.get(paymentId)?.refundedMinor, amountMinor)
    if (kind === 'capture') t.is(api.payments.get(paymentId)?.capturedMinor, amountMinor)
  }
  const steps = await load.series()
  t.is(
    steps.reduce((sum, { cloud }) => sum + cloud, 0),
    stats.total.attempted,
  )
})

test.serial('a system that stops does not slow the load, and the wait shows', async (t) => {
  let hold: Promise<void> | undefined
  const { api, load } = await world(t, { rate: 300, maxSockets: 8 }, (fake) => {
    fake.change = async (_, answer) => {
      await hold
      return answer
    }
  })
  const normal = await statsWhen(load, ({ total }) => total.acknowledged > 100)
  // Long enough to stand out also on a machine that is slow today.
  const atLeastMs = 10 * normal.latencyMs.p50
  let release = () => {}
  const began = Date.now()
  hold = new Promise((resolve) => {
    release = resolve
  })
  const before = api.received.length
  const { total } = await statsWhen(load, ({ inFlight }) => inFlight >= 300 && Date.now() - began > atLeastMs)
  t.true(api.received.length - before <= 8)
  t.true(total.attempted - total.acknowledged >= 300)
  release()
  const ended = Date.now()
  const pause = await load.pauseBetween(began, ended)
  t.true(pause.writePauseMs >= ended - began - 100)
  t.true(pause.requests > 30)
  t.true(pause.span && pause.span.fromMs < ended && pause.span.untilMs >= ended - 100)
  const stats = await load.stop()
  t.is(stats.total.failed, 0)
  t.true(stats.latencyMs.max >= ended - began - 100)
})

test.serial('each way to fail is counted with its reason, and never acknowledged', async (t) => {
  const seen = new Set<string>()
  const { api, load, acks } = await world(t, { rate: 200, timeoutMs: 3000 }, (fake) => {
    let n = 0
    const twice = (received: { key: string | undefined }) => seen.size !== seen.add(received.key ?? '').size
    fake.change = (received, answer) => {
      if (received.path !== '/payments' || !twice(received)) return answer
      n++
      if (n === 10) return { status: 500, body: { error: 'internal' } }
      if (n === 20) return 'break'
      if (n === 30) return 'never'
      if (n === 40) return { status: 201, body: { ...(answer.body as object), amountMinor: 1 } }
      if (n === 50) return { ...answer, status: 200, replayed: true }
      return answer
    }
  })
  await statsWhen(load, ({ total }) => total.failed >= 5)
  const stats = await load.stop()
  const reasons = stats.failures.map(({ reason }) => reason).sort()
  t.is(stats.total.failed, 5)
  t.regex(
    reasons.join('\n'),
    /^answered 200 \(replayed\)\nanswered 201 with another amountMinor: \d+ became 1\n/,
  )
  t.regex(reasons.join('\n'), /answered 500: internal\nconnection: .*\nno answer within 3000 ms$/)
  t.is(stats.failed.length, 5)
  const acknowledged = new Set(acks().map(({ key }) => key))
  for (const { key, kind, atMs } of stats.failed) {
    t.is(kind, 'authorise')
    t.true(atMs > 0)
    t.false(acknowledged.has(key ?? ''))
  }
  t.true(api.payments.size > acknowledged.size / 2)
})

test.serial('a key that makes two payments is a failure that names both', async (t) => {
  const { load } = await world(t, { rate: 400 }, (fake) => {
    fake.change = (received, answer) =>
      answer.replayed ? { status: 201, body: fake.make(received.body) } : answer
  })
  const stats = await statsWhen(load, ({ total }) => total.failed > 0)
  t.regex(stats.failures[0]?.reason ?? '', /^two payments under one key: pay_\d+ and pay_\d+$/)
  t.truthy(stats.failed[0]?.paymentId)
})

test.serial('stop sends nothing more and waits for what is in flight', async (t) => {
  let release = () => {}
  const hold = new Promise<void>((resolve) => {
    release = resolve
  })
  const { api, load } = await world(t, {}, (fake) => {
    fake.change = async (_, answer) => {
      await hold
      return answer
    }
  })
  await statsWhen(load, ({ inFlight }) => inFlight > 20)
  const stopped = load.stop()
  const { total } = await load.stats()
  t.is(total.acknowledged, 0)
  release()
  const stats = await stopped
  t.is(stats.total.attempted, total.attempted)
  t.is(stats.total.acknowledged, total.attempted)
  t.is(api.received.length, total.attempted)
})

test.serial(
  'wrong options and a file that cannot be written are told in one message, and leave no process',
  async (t) => {
    const taken = join(dir, 'taken')
    writeFileSync(taken, 'evidence')
    const good = { baseUrl: 'http://127.0.0.1:1', rate: 1, seed: 1, ackFile: join(dir, 'never') }
    await t.throwsAsync(startLoad({ ...good, rate: 0 }), { message: /^load generator: .*rate/s })
    await t.throwsAsync(startLoad({ ...good, ackFile: taken }), {
      message: /^load generator: cannot write the acknowledgement file .*taken: EEXIST/,
    })
    await t.throwsAsync(startLoad({ ...good, ackFile: join(dir, 'no', 'folder') }), { message: /ENOENT/ })
    t.is(readFileSync(taken, 'utf8'), 'evidence')
    t.false(existsSync(good.ackFile))
  },
)

test.serial(
  'a load generator that was killed says so, and its file ends at most in half a line',
  async (t) => {
    const { load, acks } = await world(t, { rate: 500 })
    const { total, requests } = await statsWhen(load, ({ total }) => total.acknowledged > 200)
    const asked = load.pauseBetween(Date.now(), Date.now() + 60_000)
    load.child.kill('SIGKILL')
    await t.throwsAsync(asked, { message: 'load generator: its process ended with SIGKILL' })
    await t.throwsAsync(load.stats(), { message: 'load generator: its process ended with SIGKILL' })
    t.true(acks().length >= total.acknowledged - requests.read.acknowledged)
  },
)

test.serial('the load ends when its owner is killed', async (t) => {
  const api = new FakePayments()
  const { url, server } = await serve(t, api.handle)
  const owner = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('owner.ts', import.meta.url)), url, join(dir, 'owned')],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  await once(server, 'request')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  // At 50 requests a second a load that lives keeps a connection.
  const connections = () => new Promise((resolve) => server.getConnections((_, count) => resolve(count)))
  await until(async () => (await connections()) === 0)
  t.pass()
})
