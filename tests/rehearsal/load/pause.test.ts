import test from 'ava'
import fc from 'fast-check'
import { pauseBetween } from '../../../rehearsal/load/pause.ts'
import { type LoggedRequest, RequestLog } from '../../../rehearsal/load/request-log.ts'

function logOf(requests: Partial<LoggedRequest>[]): RequestLog {
  const log = new RequestLog()
  const whole = requests.map((r) => ({ startMs: 0, endMs: 0, write: true, ok: true, side: undefined, ...r }))
  for (const request of whole.sort((a, b) => a.endMs - b.endMs)) log.add(request)
  return log
}

const quick = Array.from({ length: 20 }, (_, i) => ({ startMs: 900 + i * 4, endMs: 903 + i * 4 }))

test('the pause is the longest from start to answer of what was in flight, also if it started before or ended after', (t) => {
  const log = logOf([
    ...quick,
    { startMs: 990, endMs: 1045 },
    { startMs: 1010, endMs: 1100 },
    { startMs: 1030, endMs: 1034 },
    { startMs: 1051, endMs: 2000 },
    { startMs: 500, endMs: 999 },
  ])
  t.deepEqual(pauseBetween(log, 1000, 1050), {
    writePauseMs: 90,
    requests: 3,
    span: { fromMs: 990, untilMs: 1100 },
    failed: 0,
  })
})

test('reads do not count; writes that failed do', (t) => {
  const log = logOf([
    { startMs: 1000, endMs: 9000, write: false },
    { startMs: 1000, endMs: 1030, ok: false },
  ])
  const { writePauseMs, requests, failed } = pauseBetween(log, 1000, 1100)
  t.deepEqual([writePauseMs, requests, failed], [30, 1, 1])
})

test('nothing in flight: no pause', (t) => {
  t.deepEqual(pauseBetween(logOf(quick), 5000, 6000), {
    writePauseMs: 0,
    requests: 0,
    failed: 0,
  })
})

test('agrees with a plain search over all requests', (t) => {
  const moment = fc.integer({ min: 0, max: 20_000 })
  const request = fc
    .tuple(moment, fc.integer({ min: 0, max: 3000 }), fc.boolean())
    .map(([startMs, took, write]) => ({ startMs, endMs: startMs + took, write }))
  fc.assert(
    fc.property(fc.array(request), moment, fc.nat(2000), (requests, a, length) => {
      const b = a + length
      const inFlight = requests.filter((r) => r.write && r.startMs <= b && r.endMs >= a)
      const longest = Math.max(0, ...inFlight.map((r) => r.endMs - r.startMs))
      const found = pauseBetween(logOf(requests), a, b)
      return found.writePauseMs === longest && found.requests === inFlight.length
    }),
  )
  t.pass()
})
