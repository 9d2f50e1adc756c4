import { writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { buildFunctions } from '../../services/bundle.ts'
import { logLine } from '../../services/logging/ecs.ts'
import { ecsVersion } from '../../services/logging/line.ts'
import { testSandbox } from '../postgres.ts'
import { selfSigned } from './certificate.ts'
import { Instance } from './instance.ts'

const tls = selfSigned()
let bundle = ''
test.before(async () => {
  const [built] = await buildFunctions(join(testSandbox().dir, 'functions'), ['log-shipper'])
  bundle = built!.file
})

/** Takes what Logstash's tcp input with the json_lines codec takes; the first `breaks` connections are reset instead. */
async function logstash(t: ExecutionContext, { breaks = 0 } = {}) {
  const lines: string[] = []
  const receiver = async (kept: string[]) => {
    const server = createServer(tls, (socket) => {
      let text = ''
      socket.on('error', () => {})
      socket.setEncoding('utf8').on('data', (data) => {
        text += data
      })
      socket.on('end', () => {
        kept.push(...text.split('\n').filter((line) => line !== ''))
        socket.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return server
  }
  // What comes of a connection that is cut is no concern of the one that keeps.
  const [keeping, losing] = await Promise.all([receiver(lines), receiver([])])
  let connections = 0
  // Half open: an end on the way in must not be answered before the receiver has read so far.
  const allowHalfOpen = true
  const way = createTcpServer({ allowHalfOpen }, (outer) => {
    const cut = connections++ < breaks
    const { port } = (cut ? losing : keeping).address() as AddressInfo
    const inner = connect({ port, host: '127.0.0.1', allowHalfOpen })
    for (const socket of [outer, inner]) socket.on('error', () => {})
    outer.pipe(inner).pipe(outer)
    outer.once('close', () => inner.destroy())
    // The first bytes are the handshake's; with the next come lines.
    let chunks = 0
    outer.on('data', () => cut && ++chunks === 2 && outer.resetAndDestroy())
  })
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const server of [keeping, losing, way]) server.close()
  })
  const ca = join(testSandbox().dir, 'ca.pem')
  writeFileSync(ca, tls.cert)
  const environment = {
    LOG_HOST: 'localhost',
    LOG_PORT: String((way.address() as AddressInfo).port),
    NODE_EXTRA_CA_CERTS: ca,
  }
  return { lines, environment }
}

const batch = (messages: string[]) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '333333333333',
        logGroup: '/payments-lift/prod/functions/webhooks',
        logStream: '2026/03/01/[$LATEST]abc',
        subscriptionFilters: ['search'],
        logEvents: messages.map((message, index) => ({
          id: `3195310660696698337880902507980421114328961542429822156${index}`,
          timestamp: 1_772_323_200_000 + index,
          message,
        })),
      }),
    ).toString('base64'),
  },
})

/** A line as a handler writes it. */
const own = {
  '@timestamp': '2026-02-28T23:59:59.000Z',
  log: { level: 'info' },
  message: 'webhook',
  ecs: { version: ecsVersion },
  service: { name: 'webhooks' },
  event: { id: 'abc.1' },
  trace: { id: 'c-1' },
  payments: { called: true },
}

test('log events arrive as documents of ECS, card numbers masked, each with its id', async (t) => {
  const { lines, environment } = await logstash(t)
  const instance = await Instance.start(t, bundle, environment)
  await instance.invoke(
    batch([`${JSON.stringify(own)}\n`, 'paid with 4242 4242 4242 4242, order 1234567890123456']),
  )
  const [first, second] = lines.map((line) => logLine.parse(JSON.parse(line)))
  const { event: _, ...kept } = own
  t.like(first, kept)
  t.is(second!.message, 'paid with ****4242, order 1234567890123456')
  t.is(new Set(lines.map((line) => JSON.parse(line).event.id)).size, 2)
  await instance.invoke({
    awslogs: { data: gzipSync(JSON.stringify({ ...control })).toString('base64') },
  })
  t.is(lines.length, 2, 'what CloudWatch sends to see whether it may is no line')
})

const control = {
  messageType: 'CONTROL_MESSAGE',
  owner: 'CloudwatchLogs',
  logGroup: '',
  logStream: '',
  subscriptionFilters: [],
  logEvents: [
    { id: '', timestamp: 0, message: 'CWL CONTROL MESSAGE: Checking health of destination Lambda.' },
  ],
}

test('a batch whose connection breaks fails as a whole, and delivered again arrives with the same ids', async (t) => {
  const { lines, environment } = await logstash(t, { breaks: 1 })
  const instance = await Instance.start(t, bundle, environment)
  // More than the buffers on the way hold: a smaller batch has left before the sender can see the break.
  const event = batch(Array.from({ length: 48 }, (_, index) => `${index} ${'x'.repeat(250_000)}`))
  await t.throwsAsync(instance.invoke(event))
  for (let delivery = 0; delivery < 3; delivery++) await instance.invoke(event)
  const ids = lines.map((line) => JSON.parse(line).event.id)
  t.deepEqual(
    [ids.length, new Set(ids).size],
    [144, 48],
    'an index keyed by the id has the state of one delivery',
  )
})

test('a certificate of somebody else is refused', async (t) => {
  const { lines, environment } = await logstash(t)
  const { NODE_EXTRA_CA_CERTS: _, ...unknown } = environment
  const instance = await Instance.start(t, bundle, unknown)
  await t.throwsAsync(instance.invoke(batch(['one'])), { message: /certificate/ })
  t.deepEqual(lines, [])
})
