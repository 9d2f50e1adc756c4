import test from 'ava'
import { check, type Expectation } from '../../../rehearsal/load/expectation.ts'

const payment = { id: 'pay_1', amountMinor: 500, currency: 'EUR', status: 'captured' }
const expected: Expectation = { status: 201, mayReplay: false, amountMinor: 500, currency: 'EUR' }
const side = 'cloud' as const
const reply = { status: 201, side, replayed: false, body: payment as unknown }
const acknowledged = { id: 'pay_1', amountMinor: 500, currency: 'EUR' }

test('the expected answer is an acknowledgement', (t) => {
  t.deepEqual(check(expected, reply), acknowledged)
  t.deepEqual(check({ ...expected, id: 'pay_1', fields: { status: 'captured' } }, reply), acknowledged)
})

test('a replay is one only where a second request was sent', (t) => {
  const replay = { ...reply, status: 200, replayed: true }
  t.deepEqual(check({ ...expected, mayReplay: true }, replay), acknowledged)
  t.deepEqual(check({ ...expected, mayReplay: true }, reply), acknowledged)
  t.is(check(expected, replay), 'answered 200 (replayed)')
  t.is(check({ ...expected, status: 200 }, replay), 'answered 200 (replayed)')
})

for (const [reason, change, reply_] of [
  ['answered 200', {}, { status: 200 }],
  ['answered 503: unavailable', {}, { status: 503, body: { error: 'unavailable' } }],
  [
    'answered 502: bad gateway, ECONNREFUSED',
    {},
    { status: 502, body: { error: 'bad gateway', reason: 'ECONNREFUSED' } },
  ],
  ['answered 201 without a payment', {}, { body: '<html>' }],
  ['answered 201 without a payment', {}, { body: null }],
  ['answered 201 with another amountMinor: 501 became 500', { amountMinor: 501 }, {}],
  ['answered 201 with another currency: USD became EUR', { currency: 'USD' }, {}],
  ['answered 201 with another id: pay_2 became pay_1', { id: 'pay_2' }, {}],
  ['answered 201 with another status: refunded became captured', { fields: { status: 'refunded' } }, {}],
] as const)
  test(`not one: ${reason} (${JSON.stringify(reply_)})`, (t) => {
    t.is(check({ ...expected, ...change }, { ...reply, ...reply_ }), reason)
  })

test('no answer is none, and says why', (t) => {
  t.is(
    check(expected, { status: undefined, side: undefined, reason: 'connection: reset' }),
    'connection: reset',
  )
})
