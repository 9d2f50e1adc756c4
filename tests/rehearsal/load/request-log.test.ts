import test from 'ava'
import fc from 'fast-check'
import { type LoggedRequest, RequestLog } from '../../../rehearsal/load/request-log.ts'

const request: fc.Arbitrary<LoggedRequest> = fc.record({
  startMs: fc.double({ min: 0, max: 1000, noNaN: true }),
  endMs: fc.double({ min: 0, max: 1000, noNaN: true }),
  write: fc.boolean(),
  ok: fc.boolean(),
  side: fc.constantFrom('on-premises', 'cloud', undefined),
})

const byEnd = (a: LoggedRequest, b: LoggedRequest) => a.endMs - b.endMs

test('gives back what was added, from any end on', (t) => {
  fc.assert(
    fc.property(fc.array(request), fc.double({ min: -1, max: 1001, noNaN: true }), (requests, from) => {
      requests.sort(byEnd)
      const log = new RequestLog()
      for (const each of requests) log.add(each)
      t.deepEqual([...log], requests)
      t.deepEqual(
        [...log.since(from)],
        requests.filter(({ endMs }) => endMs >= from),
      )
    }),
  )
})

test('holds across its chunks', (t) => {
  const log = new RequestLog()
  const count = 200_000
  for (let i = 0; i < count; i++)
    log.add({ startMs: i, endMs: i + 0.5, write: i % 2 === 0, ok: true, side: undefined })
  t.is(log.length, count)
  const late = [...log.since(131_071.6)]
  t.is(late.length, count - 131_072)
  t.deepEqual(late[0], { startMs: 131_072, endMs: 131_072.5, write: true, ok: true, side: undefined })
})
