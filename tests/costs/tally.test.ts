import test from 'ava'
import fc from 'fast-check'
import { gbSecondsOf, sum } from '../../costs/usage.ts'
import { type Figures, jsonLine, tally, textLine } from './samples.ts'

const figures = fc.record(
  {
    ms: fc.integer({ min: 1, max: 9_000_000 }).map((it) => it / 100),
    billedMs: fc.integer({ min: 1, max: 900_000 }),
    memoryMb: fc.constantFrom(128, 512, 1769),
    initMs: fc.integer({ min: 1, max: 1_000_000 }).map((it) => it / 100),
    restoreMs: fc.integer({ min: 1, max: 1_000_000 }).map((it) => it / 100),
    billedRestoreMs: fc.integer({ min: 1, max: 1000 }),
    timedOut: fc.boolean(),
  },
  { requiredKeys: ['ms', 'billedMs', 'memoryMb'] },
)

test('property: billed totals are the sum of Billed Duration, text and JSON mixed', (t) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(figures, fc.boolean()), { minLength: 1, maxLength: 50 }), (all) => {
      const lines = all.flatMap(([it, text]) => [
        'noise',
        text ? textLine(it as Figures) : jsonLine(it as Figures),
      ])
      const { functions, lines: counted } = tally(lines)
      const sizes = functions[0]!.sizes
      const billed = sum(all.map(([it]) => it.billedMs))
      const gbSeconds = sum(all.map(([it]) => (it.billedMs / 1000) * (it.memoryMb / 1024)))
      t.is(sum(sizes.map((size) => size.billedMs.billed)), billed)
      t.true(Math.abs(sum(sizes.map((size) => gbSecondsOf(size, 'billed'))) / gbSeconds - 1) < 1e-9)
      t.is(counted.reports, all.length)
      t.is(counted.other, all.length)
    }),
    { numRuns: 50 },
  )
})

test('quantiles are right to three digits, the maximum exactly', (t) => {
  const lines = Array.from({ length: 10_000 }, (_, index) => textLine({ ms: (index + 1) / 10, billedMs: 1 }))
  const { duration } = tally(lines).functions[0]!
  for (const [found, exact] of [
    [duration.p50Ms, 500],
    [duration.p95Ms, 950],
    [duration.p99Ms, 990],
  ] as const)
    t.true(Math.abs(found / exact - 1) <= 0.001, `${found} for ${exact}`)
  t.is(duration.maxMs, 1000)
})

test('cold starts are init, or restore with SnapStart', (t) => {
  const [it] = tally([
    textLine({ ms: 5, billedMs: 5 }),
    textLine({ ms: 5, billedMs: 205, initMs: 200 }),
    jsonLine({ ms: 5, billedMs: 15, restoreMs: 400, billedRestoreMs: 10 }),
  ]).functions
  t.is(it!.coldStarts, 2)
  t.is(it!.init!.maxMs, 400)
})

test('a time-out told twice is one', (t) => {
  const told = '2026-03-01T00:00:03.000Z 8f507cfc Task timed out after 3.00 seconds'
  const late = textLine({ ms: 3000, billedMs: 3000, timedOut: true })
  t.is(tally([told, late, told, late]).functions[0]!.timeouts, 2)
  t.is(tally([told, late.replace('Status: timeout', '')]).functions[0]!.timeouts, 1)
})

test('a report alone tells a time-out, text and JSON', (t) => {
  const late = { ms: 3000, billedMs: 3000, timedOut: true }
  t.is(tally([textLine(late), jsonLine(late), textLine({ ms: 1, billedMs: 1 })]).functions[0]!.timeouts, 2)
})

test('the first unreadable reports are shown with their place, all are counted', (t) => {
  const { lines } = tally([textLine({ ms: 1, billedMs: 1 }), ...Array(9).fill('REPORT RequestId: cut')])
  t.is(lines.unreadable, 9)
  t.is(lines.firstUnreadable.length, 5)
  t.deepEqual(lines.firstUnreadable[0], { where: 'webhooks:2', text: 'REPORT RequestId: cut' })
})

test('ten thousand functions do not take ten thousand histograms, and nothing is lost', (t) => {
  const lines = Array.from({ length: 10_000 }, (_, index) =>
    JSON.stringify({ logGroup: `/aws/lambda/f${index}`, message: textLine({ ms: 7, billedMs: 8 }) }),
  )
  const { functions, notes, lines: counted } = tally(lines)
  t.is(functions.length, 801)
  t.is(sum(functions.flatMap(({ sizes }) => sizes.map(({ billedMs }) => billedMs.billed))), 80_000)
  t.is(counted.reports, 10_000)
  t.regex(notes[0]!, /more functions/)
})

test('many memory sizes do not take a histogram each, either', (t) => {
  const lines = Array.from({ length: 1000 }, (_, index) =>
    JSON.stringify({
      logGroup: `/aws/lambda/f${index % 10}`,
      message: textLine({ ms: 7, billedMs: 8, memoryMb: 128 + Math.floor(index / 10) }),
    }),
  )
  const { functions } = tally(lines)
  t.is(functions.length, 11)
  t.is(sum(functions.flatMap(({ sizes }) => sizes.map(({ invocations }) => invocations))), 1000)
  t.true(functions.filter(({ name }) => name.startsWith('f')).every(({ sizes }) => sizes.length === 80))
})
