import test from 'ava'
import { runbookSpans, stepsBetween } from '../../../rehearsal/report/spans.ts'

const steps = [
  ['cutover', 'pause', 100, 10],
  ['cutover', 'fence', 110, 20],
  ['rollback', 'pause', 200, 5],
  ['cutover', 'pause', 300, 5],
].map(([runbook, step, startMs, durationMs]) => ({
  runbook: String(runbook),
  step: String(step),
  startMs: Number(startMs),
  durationMs: Number(durationMs),
  outcome: 'done' as const,
}))

test('a runbook that ran twice has two spans', (t) => {
  t.deepEqual(
    runbookSpans(steps).map(({ runbook, startMs, endMs, steps: own }) => [
      runbook,
      startMs,
      endMs,
      own.length,
    ]),
    [
      ['cutover', 100, 130, 2],
      ['rollback', 200, 205, 1],
      ['cutover', 300, 305, 1],
    ],
  )
  t.deepEqual(runbookSpans([]), [])
})

test('steps of a moment are those that overlap it', (t) => {
  t.deepEqual(stepsBetween(steps, 105, 115), ['cutover › pause', 'cutover › fence'])
  t.deepEqual(stepsBetween(steps, 130, 200), [])
  t.deepEqual(stepsBetween([{ ...steps[0]!, argument: '25 %' }], 100, 101), ['cutover › pause 25 %'])
})
