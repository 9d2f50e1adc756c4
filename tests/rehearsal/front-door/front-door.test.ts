import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { Agent, type IncomingMessage, type RequestListener, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { storedHolds } from '../../../migration/front-door/holds.ts'
import { localFrontDoor } from '../../../migration/front-door/local.ts'
import { fileStore } from '../../../migration/store/files.ts'
import { startFrontDoor } from '../../../rehearsal/front-door/front-door.ts'
import { testSandbox } from '../../postgres.ts'
import { ask, serve } from '../http.ts'

const why = { by: 'a test', reason: 'it tests' }

async function frontDoor(t: ExecutionContext, onPremises: string, cloud: string) {
  const upstreams = { onPremises: new URL(onPremises), cloud: new URL(cloud) }
  const { port, adminPort, shutdown } = await startFrontDoor({
    upstreams,
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
  })
  t.teardown(() => void shutdown())
  const admin = `http://127.0.0.1:${adminPort}`
  return { url: `http://127.0.0.1:${port}`, admin, door: localFrontDoor(admin, holds()) }
}

const holds = () => storedHolds(fileStore(mkdtempSync(join(testSandbox().dir, 'holds-'))))

const says =
  (text: string): RequestListener =>
  (_req, res) =>
    res.end(text)

async function countCloud(url: string, requests: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const answers = await Promise.all(Array.from({ length: requests }, () => ask(url, { agent })))
  agent.destroy()
  return answers.filter((answer) => String(answer.body) === 'cloud').length
}

test('weights hold exactly, and metrics and series agree with them', async (t) => {
  const onPremises = await serve(t, says('on-premises'))
  const cloud = await serve(t, says('cloud'))
  const { url, door, admin } = await frontDoor(t, onPremises.url, cloud.url)
  t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
  const began = Date.now()
  for (const weight of [0, 1, 25, 100]) {
    await door.setWeights({ onPremises: 100 - weight, cloud: weight }, why)
    t.is(await countCloud(url, 100), weight)
  }
  const metrics = await door.metrics(began)
  t.deepEqual([metrics.onPremises.requests, metrics.cloud.requests], [274, 126])
  t.deepEqual([metrics.onPremises.errors, metrics.cloud.errors], [0, 0])
  t.true(metrics.cloud.p50Ms > 0 && metrics.cloud.p50Ms <= metrics.cloud.p99Ms)
  const series = JSON.parse(String((await ask(`${admin}/series`)).body)) as {
    onPremises: number
    cloud: number
  }[]
  t.is(
    series.reduce((sum, step) => sum + step.cloud, 0),
    126,
  )
})

test('bodies stream both ways, framed or chunked, and headers arrive as sent', async (t) => {
  const seen: string[][] = []
  const echo = await serve(t, (req, res) => {
    seen.push(req.rawHeaders)
    const length = req.headers['content-length']
    res.writeHead(201, [
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'X-Side',
      'on-premises',
      'Keep-Alive',
      'timeout=9',
    ])
    if (!length) res.flushHeaders()
    req.pipe(res)
  })
  const { url } = await frontDoor(t, echo.url, echo.url)
  const body = Array.from({ length: 40 }, () => randomBytes(50_000))
  const digest = (data: Buffer) => createHash('sha256').update(data).digest('hex')
  for (const [method, headers] of [
    ['POST', { 'content-length': '2000000' }],
    ['POST', { 'transfer-encoding': 'chunked' }],
    ['DELETE', { 'transfer-encoding': 'chunked' }],
  ] as const) {
    const answer = await ask(`${url}/payments?a=1`, {
      method,
      headers: { ...headers, 'Idempotency-Key': 'K-1', connection: 'x-mine', 'x-mine': 'no', te: 'trailers' },
      body,
    })
    t.is(answer.status, 201)
    t.is(digest(answer.body), digest(Buffer.concat(body)))
    t.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2'])
    t.notRegex(String(answer.headers['keep-alive']), /timeout=9/)
  }
  for (const raw of seen) {
    const names = raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
    t.is(raw[raw.indexOf('Idempotency-Key') + 1], 'K-1')
    t.true(names.includes('x-forwarded-for'))
    t.false(names.includes('x-mine') || names.includes('te'))
  }
})

test('a first part of an answer arrives before the last is there', async (t) => {
  let finish = () => {}
  const slow = await serve(t, (_req, res) => {
    res.write('first')
    finish = () => res.end('last')
  })
  const { url } = await frontDoor(t, slow.url, slow.url)
  const response = await fetch(url)
  const reader = response.body?.getReader()
  t.is(String(Buffer.from((await reader?.read())?.value ?? [])), 'first')
  finish()
  t.is(String(Buffer.from((await reader?.read())?.value ?? [])), 'last')
})

test('a refused side gets 502, never the other side', async (t) => {
  const cloud = await serve(t, says('cloud'))
  const gone = await serve(t, says('gone'))
  gone.server.close()
  const { url, door } = await frontDoor(t, gone.url, cloud.url)
  await door.setWeights({ onPremises: 50, cloud: 50 }, why)
  const answers = await Promise.all(Array.from({ length: 10 }, () => ask(url)))
  t.deepEqual(answers.map((a) => a.status).sort(), [...Array(5).fill(200), ...Array(5).fill(502)])
  const refused = answers.find((a) => a.status === 502)
  t.regex(String(refused?.body), /ECONNREFUSED/)
  const { onPremises, cloud: healthy } = await door.metrics(0)
  t.deepEqual([onPremises.requests, onPremises.errors, healthy.requests, healthy.errors], [5, 5, 5, 0])
})

test('a request whose connection breaks is sent once and answered 502; a broken answer breaks the client', async (t) => {
  let received = 0
  const breaks = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      received++
      if (String(data).startsWith('POST')) socket.destroy()
      else if (String(data).startsWith('PUT')) {
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n')
        setImmediate(() => socket.write('nonsense\r\n'))
      } else {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf')
        setImmediate(() => socket.destroy())
      }
    })
  })
  await new Promise<void>((resolve) => breaks.listen(0, '127.0.0.1', resolve))
  t.teardown(() => breaks.close())
  const url = `http://127.0.0.1:${(breaks.address() as AddressInfo).port}`
  const { url: front, door } = await frontDoor(t, url, url)
  t.is((await ask(front, { method: 'POST' })).status, 502)
  t.is(received, 1)
  await t.throwsAsync(ask(front), { message: /aborted|socket hang up/ })
  await t.throwsAsync(ask(front, { method: 'PUT' }), { message: /aborted|socket hang up/ })
  t.is(received, 3)
  t.is((await door.metrics(0)).onPremises.errors, 3)
})

test('answers of 5xx count as errors, 4xx do not', async (t) => {
  const picky = await serve(t, (req, res) => res.writeHead(req.url === '/5' ? 503 : 404).end())
  const { url, door } = await frontDoor(t, picky.url, picky.url)
  t.is((await ask(`${url}/5`)).status, 503)
  t.is((await ask(`${url}/4`)).status, 404)
  const { requests, errors } = (await door.metrics(0)).onPremises
  t.deepEqual([requests, errors], [2, 1])
})

test('connections to a side are kept and used again', async (t) => {
  let connections = 0
  const { server, url: side } = await serve(t, says('ok'))
  server.on('connection', () => connections++)
  const { url } = await frontDoor(t, side, side)
  for (let i = 0; i < 20; i++) await ask(url)
  t.is(connections, 1)
})

for (const [when, method, sent] of [
  ['while it waits', 'GET', ''],
  ['while it sends', 'POST', 'half'],
] as const)
  test(`a client that hangs up ${when} ends its request on the side too, and no side is blamed`, async (t) => {
    const slow = await serve(t, () => {})
    const { url, door } = await frontDoor(t, slow.url, slow.url)
    const headers = method === 'POST' ? { 'content-length': 100 } : {}
    const asked = request(url, { method, headers, agent: new Agent() })
    const failed = once(asked, 'error')
    if (sent) asked.write(sent)
    else asked.end()
    const [, res] = (await once(slow.server, 'request')) as [IncomingMessage, ServerResponse]
    const closed = once(res, 'close')
    asked.destroy(new Error('hung up'))
    await failed
    await closed
    const { requests, errors } = (await door.metrics(0)).onPremises
    t.deepEqual([requests, errors], [1, 0])
  })

test('weights that are not percent, or not 100 together, are refused and change nothing', async (t) => {
  const { door, admin } = await frontDoor(t, 'http://127.0.0.1:1', 'http://127.0.0.1:1')
  for (const [onPremises, cloud] of [
    [50, 51],
    [101, -1],
    [99.5, 0.5],
  ] as const)
    await t.throwsAsync(door.setWeights({ onPremises, cloud }, why), {
      message: /\/weights answered 400: weights: /,
    })
  const put = (body: string) => ask(`${admin}/weights`, { method: 'PUT', body: [Buffer.from(body)] })
  t.is((await put('{')).status, 400)
  t.is((await put('{"onPremises":0,"cloud":100,"other":1}')).status, 400)
  t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
})

test('a front door that is away is named in one line', async (t) => {
  const gone = await serve(t, says(''))
  gone.server.close()
  const error = await t.throwsAsync(localFrontDoor(gone.url, holds()).weights())
  t.regex(
    error?.message ?? '',
    /^front door http:\/\/127\.0\.0\.1:\d+\/weights cannot be reached: .*ECONNREFUSED/,
  )
})
