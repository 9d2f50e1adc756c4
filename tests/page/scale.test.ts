import test from 'ava'
import fc from 'fast-check'
import { linearScale, logScale, symlogScale, timeScale } from '../../page/scale.ts'

const range = [200, 0] as const
const positive = fc.double({ min: 0.01, max: 1e9, noNaN: true })

test('a linear scale starts at 0 and ends on a round tick above the largest figure', (t) => {
  const scale = linearScale(231, range)
  t.deepEqual(scale.ticks, [0, 100, 200, 300])
  t.is(scale.at(0), 200)
  t.is(scale.at(300), 0)
  t.is(scale.at(150), 100)
  t.deepEqual(linearScale(0, range).ticks.at(0), 0)
})

test('a logarithmic scale gives each decade the same room', (t) => {
  const scale = logScale(1.8, 60, range)
  t.deepEqual(scale.ticks, [1, 10, 100])
  t.is(scale.at(10), 100)
  t.is(scale.at(0), 200, 'below the domain: on its edge')
  t.is(scale.at(1e6), 0)
})

test('a symlog scale shows 0 and a million at once', (t) => {
  const scale = symlogScale(2.4e6, 1000, range)
  t.deepEqual(scale.ticks, [0, 1e3, 1e4, 1e5, 1e6, 1e7])
  t.is(scale.at(0), 200)
  t.is(scale.at(1e7), 0)
})

test('time ends with the run, and has no more ticks than asked for', (t) => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.integer({ min: 2, max: 12 }),
      (durationMs, most) => {
        const scale = timeScale(durationMs, [0, 500], most)
        t.true(scale.ticks.length <= most + 1)
        t.is(scale.ticks[0], 0)
        t.is(Math.round(scale.at(Math.max(durationMs, 1))), 500)
      },
    ),
  )
  t.deepEqual(timeScale(84_000, [0, 500], 12).ticks.slice(0, 3), [0, 10_000, 20_000])
})

test('every scale keeps order, stays in its range and has few ticks', (t) => {
  fc.assert(
    fc.property(positive, positive, positive, (max, one, other) => {
      for (const scale of [
        linearScale(max, range),
        logScale(0.01, max, range),
        symlogScale(max, 1000, range),
      ]) {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map(scale.at) as [number, number]
        t.true(low >= high - 1e-9 && low <= 200 + 1e-9 && high >= -1e-9)
        t.true(scale.ticks.length >= 2 && scale.ticks.length <= 13, `${scale.ticks}`)
        t.true(scale.at(max) <= scale.at(0))
      }
    }),
  )
})
