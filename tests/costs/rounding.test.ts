import test from 'ava'
import fc from 'fast-check'
import { billedMs, isOfOldBilling, roundings } from '../../costs/rounding.ts'
import { jsonLine, reportOf, talk, textLine } from './samples.ts'

const all = (line: string) => roundings.map((rounding) => billedMs(reportOf(line), rounding))

test('the line of the talk: 700 ms as billed in 2018, 647 ms by the millisecond', (t) => {
  t.deepEqual(all(talk), [700, 647, 700])
  t.true(isOfOldBilling(reportOf(talk)))
})

test('init is inside Billed Duration since 2025-08 and never added twice', (t) => {
  const cold = { ms: 120.4, billedMs: 532, initMs: 411.2 }
  for (const line of [textLine(cold), jsonLine(cold)]) {
    t.deepEqual(all(line), [532, 532, 200])
    t.false(isOfOldBilling(reportOf(line)))
  }
})

test('so is what a restore is billed, as in published lines of SnapStart functions', (t) => {
  const text = { ms: 2338.66, billedMs: 2521, memoryMb: 3009, restoreMs: 398.97, billedRestoreMs: 182 }
  t.deepEqual(all(textLine(text)), [2521, 2521, 2400])
  const json = { ms: 147.156, billedMs: 201, restoreMs: 500.795, billedRestoreMs: 53 }
  t.deepEqual(all(jsonLine(json)), [201, 201, 200])
})

test('decimals that do not add up in binary round to the right millisecond', (t) => {
  t.is(billedMs(reportOf(textLine({ ms: 0.1, billedMs: 1, initMs: 0.9 })), '1ms'), 1)
  t.is(billedMs(reportOf(textLine({ ms: 1.1, billedMs: 4, initMs: 2.2 })), '1ms'), 4)
  t.is(billedMs(reportOf(textLine({ ms: 4.35, billedMs: 5, initMs: 0.65 })), '1ms'), 5)
})

test('property: today’s rule gives back what today’s lines say', (t) => {
  const hundredths = fc.integer({ min: 1, max: 90_000_000 })
  fc.assert(
    fc.property(hundredths, fc.option(hundredths), (duration, init) => {
      const exact = Math.ceil((duration + (init ?? 0)) / 100)
      const figures = { ms: duration / 100, billedMs: exact, ...(init !== null && { initMs: init / 100 }) }
      return [textLine(figures), jsonLine(figures)].every(
        (line) => billedMs(reportOf(line), '1ms') === exact && billedMs(reportOf(line), 'billed') === exact,
      )
    }),
  )
  t.pass()
})
