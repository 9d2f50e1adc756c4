import test from 'ava'
import fc from 'fast-check'
import { isCardNumber, maskCardNumbers, maskJson } from '../../../services/logging/card-numbers.ts'
import { correlationId } from '../../../services/logging/correlation.ts'
import { logLine } from '../../../services/logging/ecs.ts'
import { createLogger } from '../../../services/logging/lambda-log.ts'
import { toText } from '../../../services/logging/line.ts'
import { createApp } from '../../../services/payments/app.ts'
import { Database } from '../../../services/payments/database.ts'
import { createLog } from '../../../services/payments/log.ts'
import { Payments } from '../../../services/payments/payments.ts'
import { card, json, near, written } from './numbers.ts'

const digitsOf = (text: string) => text.replace(/\D/g, '')

test('no card number survives the mask, in groups, beside other digits, or both', (t) => {
  const around = fc.tuple(near, written, near).map(([before, { digits, text }, after]) => {
    // A digit that touches the number makes another number of it.
    const apart = (side: string, edge: RegExp) => (edge.test(side) ? ' ' : '')
    return { digits, text: `${before}${apart(before, /\d$/)}${text}${apart(after, /^\d/)}${after}` }
  })
  fc.assert(
    fc.property(around, ({ digits, text }) => {
      t.false(digitsOf(maskCardNumbers(text)).includes(digits), text)
    }),
  )
})

test('digits that fail the check digit survive: an order number is no card', (t) => {
  fc.assert(
    fc.property(card, fc.integer({ min: 1, max: 9 }), (digits, off) => {
      const order = digits.slice(0, -1) + ((Number(digits.at(-1)) + off) % 10)
      t.is(maskCardNumbers(`order ${order} paid`), `order ${order} paid`)
      t.is(maskJson(`{"order":${order}}`), `{"order":${order}}`)
    }),
  )
  t.is(
    maskCardNumbers('4242 4242 4242 4242 2027-03, order 1234567890123456'),
    '****4242 2027-03, order 1234567890123456',
  )
})

test('JSON stays the same JSON but for card numbers, however deep, and whatever is escaped beside them', (t) => {
  const masked = (found: unknown): unknown => {
    if (typeof found === 'string') return maskCardNumbers(found)
    if (Array.isArray(found)) return found.map(masked)
    if (typeof found !== 'object' || found === null) {
      const digits = String(found).replace('-', '')
      return typeof found === 'number' && isCardNumber(digits) ? maskCardNumbers(digits) : found
    }
    return Object.fromEntries(
      Object.entries(found).map(([key, each]) => [maskCardNumbers(key), masked(each)]),
    )
  }
  fc.assert(
    fc.property(json, (found) => {
      // Through JSON once, which knows no -0.
      const plain = JSON.parse(JSON.stringify(found))
      t.deepEqual(JSON.parse(maskJson(JSON.stringify(plain))), masked(plain))
    }),
  )
  t.is(maskJson('{"n":4242424242424242,"f":0.378282246310005}'), '{"n":"****4242","f":0.378282246310005}')
})

const number = '4242424242424242'

test('the API: from the request’s x-request-id to every line about it, and back in the answer', async (t) => {
  const lines: string[] = []
  const log = createLog({ SIDE: 'cloud', LOG_LEVEL: 'info' }, { write: (line) => void lines.push(line) })
  const database = new Database({ url: 'postgres://app:app@127.0.0.1:1/pay', poolSize: 1, log })
  const app = createApp({ payments: new Payments(database, 'key'), database, side: 'cloud', log })
  app.get('/fails', async (request) => {
    request.log.info({ body: { card: number } }, `card ${number}`)
    throw new Error(`it said 4242-4242-4242-4242`)
  })
  t.teardown(() => Promise.all([app.close(), database.end()]))
  const answer = await app.inject({ url: `/fails?card=${number}`, headers: { 'x-request-id': 'tonight-1' } })
  t.is(answer.headers['x-request-id'], 'tonight-1')

  const found = lines.map((line) => logLine.parse(JSON.parse(line)))
  t.true(found.length >= 4)
  for (const { trace, labels } of found) t.deepEqual([trace?.id, labels], ['tonight-1', { side: 'cloud' }])
  t.is(new Set(found.map(({ event }) => event?.id)).size, found.length)
  t.like(found[0], { http: { request: { method: 'GET' } }, url: { path: '/fails' } })
  t.is(found.find(({ error }) => error)?.error?.message, 'it said ****4242')
  t.like(found.at(-1), { http: { response: { status_code: 500 } } })
  t.notRegex(lines.join(''), /4242.?4242/)
})

test('the correlation id: the caller’s, else the load balancer’s, else a new one; never what breaks a line', (t) => {
  const balancer = { 'x-amzn-trace-id': 'Self=1-1-a;Root=1-67891233-abcdef012345678912345678' }
  t.is(correlationId({ 'x-request-id': 'a-1', ...balancer }), 'a-1')
  t.is(correlationId(balancer), '1-67891233-abcdef012345678912345678')
  t.is(correlationId({ 'x-request-id': 'a"\n{', ...balancer }), '1-67891233-abcdef012345678912345678')
  t.not(correlationId({}), correlationId({}))
  t.regex(correlationId({}), /^[\w-]{16}$/)
})

test('handlers and the relay: Powertools’ lines are in the schema, masked, with function and trace', (t) => {
  const lines: string[] = []
  const logger = createLogger('webhooks', 'INFO')
  const { console: out } = logger as unknown as { console: Record<string, (line: string) => void> }
  for (const level of ['info', 'warn', 'error']) out[level] = (line) => void lines.push(line)
  logger.addContext({
    functionName: 'webhooks',
    functionVersion: '3',
    awsRequestId: 'r-1',
    memoryLimitInMB: '512',
  } as never)
  logger.setCorrelationId('c-1')
  const circle: Record<string, unknown> = { amount: Number(number), big: 1n }
  circle.self = circle
  logger.info('webhook', { payment: 'pay_1', circle })
  logger.error(`for ${number}`, new Error(`it said 4242 4242 4242 4242`))
  logger.critical('worse', { reason: [{ card: number }] })
  const found = lines.map((line) => logLine.parse(JSON.parse(line)))
  t.is(found.length, 3)
  for (const line of found) {
    t.like(line, { service: { name: 'webhooks' }, trace: { id: 'c-1' } })
    t.like(line.faas, { name: 'webhooks', execution: 'r-1' })
  }
  t.deepEqual(
    found.map(({ log, error }) => [log.level, error?.message]),
    [
      ['info', undefined],
      ['error', 'it said ****4242'],
      ['fatal', undefined],
    ],
  )
  t.like(found[0]!.payments, { payment: 'pay_1', circle: { amount: '****4242', big: '1' } })
  t.notRegex(lines.join(''), /4242.?4242/)
})

test('a line is text whatever it holds', (t) => {
  t.is(toText({ error: new Error(`no ${number}`) }).includes(number), false)
  const shared = { a: 1 }
  t.deepEqual(JSON.parse(toText({ one: shared, two: shared })), { one: shared, two: shared })
})
