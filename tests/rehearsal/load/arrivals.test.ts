import test from 'ava'
import fc from 'fast-check'
import { type Arrival, arrivals } from '../../../rehearsal/load/arrivals.ts'

function take(count: number, seed: number, rate = 200, spacing: 'poisson' | 'even' = 'poisson'): Arrival[] {
  const all = arrivals({ rate, seed, arrivals: spacing })
  return Array.from({ length: count }, () => all.next().value)
}

const authorisation = ({ kind }: Arrival) => ['authorise', 'twins', 'repeated'].includes(kind)
const gaps = (of: Arrival[]) => of.slice(1).map(({ atMs }, i) => atMs - (of[i]?.atMs ?? 0))
const mean = (of: number[]) => of.reduce((sum, x) => sum + x, 0) / of.length

test('the seed decides everything', (t) => {
  fc.assert(fc.property(fc.integer(), (seed) => t.deepEqual(take(300, seed), take(300, seed)) ?? true))
  t.notDeepEqual(take(20, 1), take(20, 2))
})

test('arrivals come in order, and each repeat 0.2 to 5 s after what it repeats', (t) => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 2000 }), (seed, rate) => {
      const all = take(2000, seed, rate)
      const repeated = new Map(all.filter(({ kind }) => kind === 'repeated').map(({ n, atMs }) => [n, atMs]))
      return (
        gaps(all).every((gap) => gap >= 0) &&
        all.every(({ kind, n, atMs }) => {
          const first = repeated.get(n) ?? 0
          return kind !== 'repeat' || (atMs >= first + 200 && atMs <= first + 5000)
        })
      )
    }),
    { numRuns: 30 },
  )
  t.pass()
})

test('authorisations come at the rate; the gaps are exponential, or all the same', (t) => {
  const poisson = gaps(take(60_000, 7, 200).filter(authorisation))
  t.true(Math.abs(mean(poisson) - 5) < 0.1)
  const deviation = Math.sqrt(mean(poisson.map((gap) => (gap - 5) ** 2)))
  t.true(Math.abs(deviation - 5) < 0.15)
  for (const gap of gaps(take(5000, 7, 200, 'even').filter(authorisation))) t.true(Math.abs(gap - 5) < 1e-6)
})

test('the mix: 10 % captures, 3 % refunds, 3 % reads, 0.5 % twins and 0.5 % repeated', (t) => {
  const all = take(120_000, 3)
  const authorisations = all.filter(authorisation).length
  const share = (kind: Arrival['kind']) => all.filter((a) => a.kind === kind).length / authorisations
  const near = (found: number, expected: number) => Math.abs(found - expected) < expected * 0.15
  t.true(near(share('capture'), 0.1))
  t.true(near(share('refund'), 0.03))
  t.true(near(share('read'), 0.03))
  t.true(near(share('twins'), 0.005))
  t.true(near(share('repeated'), 0.005))
  t.true(near(share('repeat'), 0.005))
})
