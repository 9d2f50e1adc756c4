import test from 'ava'
import fc from 'fast-check'
import type { Arrival } from '../../../rehearsal/load/arrivals.ts'
import { type PlannedRequest, Requests } from '../../../rehearsal/load/requests.ts'

function numberedKeys(): () => string {
  let n = 0
  return () => `key-${n++}`
}

const arrival = (kind: Arrival['kind'], n = 0): Arrival => ({ atMs: 0, kind, n })

function one(of: PlannedRequest[]): PlannedRequest {
  const [first, ...more] = of
  if (!first || more.length > 0) throw new Error(`${of.length} requests`)
  return first
}

function accepted(planned: PlannedRequest, id: string, made = true): string | undefined {
  const { currency, amountMinor } = planned.expected
  return planned.accept({ id, amountMinor, currency }, made)
}

test('the seed decides every request', (t) => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.array(fc.constantFrom('authorise', 'twins', 'capture', 'refund', 'read')),
      (seed, kinds) => {
        const play = () => {
          const requests = new Requests(seed, numberedKeys())
          let n = 0
          return kinds.map((kind) => {
            const planned = requests.plan(arrival(kind))
            for (const each of planned)
              if (each.kind !== 'duplicate') accepted(each, each.expected.id ?? `pay_${n++}`)
            return planned.map(({ outgoing, expected }) => JSON.stringify([outgoing, expected]))
          })
        }
        t.deepEqual(play(), play())
      },
    ),
  )
  const first = (seed: number) => one(new Requests(seed, numberedKeys()).plan(arrival('authorise'))).outgoing
  t.notDeepEqual(first(1), first(2))
})

test('what is bought does not depend on whether there was something to refund', (t) => {
  const bought = (refundFirst: boolean) => {
    const requests = new Requests(7, numberedKeys())
    accepted(one(requests.plan(arrival('authorise'))), 'pay_1')
    const capture = one(requests.plan(arrival('capture')))
    if (refundFirst) t.deepEqual(requests.plan(arrival('refund')), [])
    accepted(capture, 'pay_1')
    if (!refundFirst) t.is(requests.plan(arrival('refund')).length, 1)
    return [1, 2, 3].map(() => one(requests.plan(arrival('authorise'))).outgoing.body)
  }
  t.deepEqual(bought(true), bought(false))
})

test('twins are one request sent twice; a repeat sends again what was sent, once', (t) => {
  const requests = new Requests(1, numberedKeys())
  const [first, second] = requests.plan(arrival('twins')) as [PlannedRequest, PlannedRequest]
  t.deepEqual(first.outgoing, second.outgoing)
  t.deepEqual([first.kind, second.kind], ['authorise', 'duplicate'])
  t.true(first.expected.mayReplay && second.expected.mayReplay)

  const repeated = one(requests.plan(arrival('repeated', 7)))
  t.deepEqual(requests.plan(arrival('repeat', 8)), [])
  const repeat = one(requests.plan(arrival('repeat', 7)))
  t.deepEqual([repeat.kind, repeat.outgoing], ['duplicate', repeated.outgoing])
  t.deepEqual(requests.plan(arrival('repeat', 7)), [])
  t.false(one(requests.plan(arrival('authorise'))).expected.mayReplay)
})

test('one key makes one payment, once', (t) => {
  const twins = () =>
    new Requests(1, numberedKeys()).plan(arrival('twins')) as [PlannedRequest, PlannedRequest]
  let [first, second] = twins()
  t.is(accepted(first, 'pay_1', false), undefined)
  t.is(accepted(second, 'pay_1', true), undefined)
  ;[first, second] = twins()
  accepted(first, 'pay_1')
  t.is(accepted(second, 'pay_2', false), 'two payments under one key: pay_1 and pay_2')
  ;[first, second] = twins()
  accepted(first, 'pay_1')
  t.is(accepted(second, 'pay_1'), 'pay_1 was made twice: two answers of 201')
})

test('twins can be captured once; every payment can be taken, none twice', (t) => {
  const requests = new Requests(1, numberedKeys())
  for (const each of requests.plan(arrival('twins'))) accepted(each, 'pay_0', each.kind === 'authorise')
  for (let n = 1; n < 20; n++) accepted(one(requests.plan(arrival('authorise'))), `pay_${n}`)
  const captured = Array.from({ length: 20 }, () => one(requests.plan(arrival('capture'))).expected.id)
  t.is(new Set(captured).size, 20)
  t.deepEqual(requests.plan(arrival('capture')), [])
})

test('only what was acknowledged is captured, only what was captured is refunded, each once', (t) => {
  const requests = new Requests(1, numberedKeys())
  const plan = (kind: Arrival['kind']) => requests.plan(arrival(kind))
  const authorised = one(plan('authorise'))
  for (const kind of ['capture', 'refund', 'read'] as const) t.deepEqual(plan(kind), [])
  accepted(authorised, 'pay_9')
  t.is(one(plan('read')).outgoing.path, '/payments/pay_9')
  t.deepEqual(plan('refund'), [])
  const capture = one(plan('capture'))
  t.is(capture.outgoing.path, '/payments/pay_9/capture')
  t.is(capture.amountMinor, authorised.amountMinor)
  t.deepEqual(plan('capture'), [])
  t.deepEqual(plan('refund'), [])
  accepted(capture, 'pay_9')
  const refund = one(plan('refund'))
  t.true(refund.amountMinor >= 1 && refund.amountMinor <= authorised.amountMinor)
  t.deepEqual(refund.outgoing.body, { amountMinor: refund.amountMinor })
  t.deepEqual(plan('refund'), [])
  t.is(new Set([authorised, capture, refund].map(({ outgoing }) => outgoing.key)).size, 3)
})
