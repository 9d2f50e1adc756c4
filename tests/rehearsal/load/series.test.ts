import test from 'ava'
import fc from 'fast-check'
import type { LoggedRequest } from '../../../rehearsal/load/request-log.ts'
import { series } from '../../../rehearsal/load/series.ts'

test('latency belongs to the step of the start, answers to that of the end', (t) => {
  const at = { write: true, ok: true, side: 'cloud' } as const
  const steps = series([
    { ...at, startMs: 1000, endMs: 1010 },
    { ...at, startMs: 1100, endMs: 1800, side: 'on-premises' },
    { ...at, startMs: 1249, endMs: 1250, ok: false, side: undefined },
  ])
  const none = { arrivals: 0, onPremises: 0, cloud: 0, failures: 0, inFlight: 1 }
  t.deepEqual(steps, [
    {
      tMs: 1000,
      arrivals: 3,
      onPremises: 0,
      cloud: 1,
      failures: 0,
      inFlight: 2,
      latency: { p50Ms: 10, p99Ms: 700, maxMs: 700 },
    },
    { ...none, tMs: 1250, failures: 1 },
    { ...none, tMs: 1500 },
    { ...none, tMs: 1750, onPremises: 1, inFlight: 0 },
  ])
})

test('every request is counted once, and at the end none is in flight', (t) => {
  const request: fc.Arbitrary<LoggedRequest> = fc
    .tuple(fc.nat(5000), fc.nat(3000), fc.boolean(), fc.constantFrom('on-premises', 'cloud', undefined))
    .map(([startMs, took, ok, side]) => ({ startMs, endMs: startMs + took, write: true, ok, side }))
  fc.assert(
    fc.property(fc.array(request), (requests) => {
      const steps = series(requests)
      const sum = (of: (step: (typeof steps)[number]) => number) =>
        steps.reduce((total, step) => total + of(step), 0)
      t.is(
        sum((step) => step.arrivals),
        requests.length,
      )
      t.is(
        sum((step) => step.cloud + step.onPremises),
        requests.filter(({ side }) => side).length,
      )
      t.is(
        sum((step) => step.failures),
        requests.filter(({ ok }) => !ok).length,
      )
      t.is(steps.at(-1)?.inFlight ?? 0, 0)
      t.true(steps.every((step, i) => i === 0 || step.tMs - (steps[i - 1]?.tMs ?? 0) === 250))
    }),
  )
})
