import test from 'ava'
import fc from 'fast-check'
import { Metrics } from '../../../rehearsal/front-door/metrics.ts'

const now = 1_700_000_000_000

test('percentiles are those of the sorted latencies, to 1 %', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.1, max: 20_000, noNaN: true }), { minLength: 1 }),
      (latencies) => {
        const metrics = new Metrics()
        latencies.forEach((latency, i) => {
          metrics.ended('cloud', latency, false, now + (i % 50) * 100)
        })
        const { p50Ms, p99Ms } = metrics.since(now, now + 6000).cloud
        const sorted = [...latencies].sort((a, b) => a - b)
        const near = (found: number, p: number) => {
          const exact = sorted[Math.ceil(p * sorted.length) - 1] as number
          return Math.abs(found - exact) <= exact * 0.01 + 0.02
        }
        return near(p50Ms, 0.5) && near(p99Ms, 0.99)
      },
    ),
  )
  t.pass()
})

test('counts begin with the bucket of `since`, each side for itself', (t) => {
  const metrics = new Metrics()
  metrics.ended('onPremises', 5, true, now)
  metrics.ended('onPremises', 5, true, now + 1000)
  metrics.ended('onPremises', 5, false, now + 1099)
  metrics.ended('cloud', 7, false, now + 2000)
  const { onPremises, cloud } = metrics.since(now + 1050, now + 2000)
  t.deepEqual([onPremises.requests, onPremises.errors], [2, 1])
  t.deepEqual([cloud.requests, cloud.errors], [1, 0])
})

test('requests of 120 s ago are counted, those of a turn of the ring before are not', (t) => {
  const metrics = new Metrics()
  metrics.ended('cloud', 5000, false, now)
  t.is(metrics.since(0, now + 120_000).cloud.requests, 1)
  t.is(metrics.since(0, now + 130_000).cloud.requests, 0)
  metrics.ended('cloud', 1, false, now + 130_000)
  const { requests, p99Ms } = metrics.since(0, now + 130_000).cloud
  t.is(requests, 1)
  t.true(p99Ms < 1.02)
})

test('without requests everything is 0', (t) => {
  t.deepEqual(new Metrics().since(0).cloud, { requests: 0, errors: 0, p50Ms: 0, p99Ms: 0 })
})

test('the series counts what was sent to each side, by 250 ms', (t) => {
  const metrics = new Metrics()
  for (const [side, at] of [
    ['cloud', 0],
    ['onPremises', 249],
    ['cloud', 250],
    ['cloud', 1000],
  ] as const)
    metrics.sent(side, now + at)
  t.deepEqual(metrics.series(), [
    { tMs: now, onPremises: 1, cloud: 1 },
    { tMs: now + 250, onPremises: 0, cloud: 1 },
    { tMs: now + 1000, onPremises: 0, cloud: 1 },
  ])
})
