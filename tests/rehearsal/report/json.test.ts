import test from 'ava'
import fc from 'fast-check'
import { reportJson } from '../../../rehearsal/report/json.ts'
import { anyReport } from './arbitrary.ts'
import { sampleReport } from './sample.ts'

test('any report comes back as it was', (t) => {
  fc.assert(
    fc.property(anyReport, (report) => {
      t.deepEqual(JSON.parse(reportJson(report)), JSON.parse(JSON.stringify(report)))
    }),
    { numRuns: 100 },
  )
})

test('the verdict is the first line, the series come last, a point a line', (t) => {
  const report = sampleReport()
  const lines = reportJson(report).split('\n')
  t.is(lines[1], '  "verdict": "pass",')
  t.is(Object.keys(JSON.parse(reportJson(report))).at(-1), 'series')
  t.true(lines.includes(`      ${JSON.stringify(report.series.latency[5])},`))
  t.true(lines.every((line) => line.length < 130))
})

test('a figure that is not a number is refused by name, not written as null', (t) => {
  const report = sampleReport()
  report.switchovers[1]!.writePauseMs = Number.NaN
  t.throws(() => reportJson(report), {
    instanceOf: TypeError,
    message: 'report.json: writePauseMs is NaN, not a number',
  })
})
