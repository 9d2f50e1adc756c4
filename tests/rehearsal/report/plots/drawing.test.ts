import test from 'ava'
import fc from 'fast-check'
import { placeLabels } from '../../../../rehearsal/report/plots/labels.ts'
import { areaPath, linePath, stepPath } from '../../../../rehearsal/report/plots/lines.ts'
import { slots } from '../../../../rehearsal/report/plots/slots.ts'

const points = [
  { x: 0, y: 10 },
  { x: 5, y: 20 },
  { x: 50, y: 30 },
]

test('a line breaks where nothing was measured, and a lone point stays visible', (t) => {
  t.is(linePath(points), 'M0 10L5 20L50 30')
  t.is(linePath(points, 10), 'M0 10L5 20M49.5 30h1')
  t.is(linePath([]), '')
})

test('a step holds until the next, and the last one until the end', (t) => {
  t.is(stepPath(points, 80), 'M0 10H5V20H50V30H80')
  t.is(stepPath([], 80), '')
})

test('an area goes along the top and back along the bottom', (t) => {
  const floor = points.map(({ x }) => ({ x, y: 99 }))
  t.is(areaPath(points, floor), 'M0 10L5 20L50 30L50 99L5 99L0 99Z')
})

test('labels never touch in a row and never leave the plot', (t) => {
  const label = fc.record({ x: fc.integer({ min: 0, max: 500 }), width: fc.integer({ min: 1, max: 120 }) })
  fc.assert(
    fc.property(fc.array(label, { maxLength: 12 }), (labels) => {
      const sorted = labels.toSorted((a, b) => a.x - b.x)
      const placed = placeLabels(sorted, { from: 0, to: 500, gap: 6 })
      for (const [index, own] of placed.entries()) {
        t.true(own.left >= 0 && own.left + own.width <= 500)
        const touching = placed
          .slice(index + 1)
          .filter(
            (other) =>
              other.row === own.row &&
              other.left < own.left + own.width + 6 &&
              own.left < other.left + other.width + 6,
          )
        t.deepEqual(touching, [])
      }
    }),
  )
  t.deepEqual(placeLabels([{ x: 250, width: 40 }], { from: 0, to: 500 }), [{ left: 230, width: 40, row: 0 }])
})

test('slots hold every point once, in order, and are never more than asked for', (t) => {
  const series = fc.array(fc.record({ tMs: fc.nat({ max: 99_999 }) }), { maxLength: 60 })
  fc.assert(
    fc.property(
      series,
      fc.constantFrom(100, 250, 1000),
      fc.integer({ min: 5, max: 50 }),
      (all, stepMs, most) => {
        const sorted = all.toSorted((a, b) => a.tMs - b.tMs)
        const merged = slots(sorted, { stepMs, durationMs: 100_000, most })
        t.deepEqual(
          merged.flatMap((slot) => [...slot.points]),
          sorted,
        )
        t.true(merged.length <= most)
        t.true(
          merged.every((slot) => slot.points.every(({ tMs }) => tMs >= slot.startMs && tMs < slot.endMs)),
        )
      },
    ),
  )
})
