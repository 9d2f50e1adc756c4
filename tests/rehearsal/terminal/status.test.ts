import { stripVTControlCharacters } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { finishedLine } from '../../../rehearsal/terminal/finished.ts'
import { painter } from '../../../rehearsal/terminal/paint.ts'
import { statusBlock, statusLine } from '../../../rehearsal/terminal/status.ts'
import { anyStatus, sampleStatus } from './status.ts'

test('a block says where it is, where the requests go and how it fares', (t) => {
  t.deepEqual(statusBlock(sampleStatus, painter(false), 79), [
    '   0:58  cutover › verify-change-set  412 ms',
    '         on-premises  151/s  ███████████████░░░░░    49/s cloud   weight 25 %',
    '         lag 1.2 kB on-premises → AWS      8,431 acknowledged   0 failed',
  ])
  const idle = { elapsedMs: 0, perSecond: { onPremises: 0, cloud: 0 }, weight: 0, acknowledged: 0, failed: 3 }
  t.deepEqual(statusBlock(idle, painter(false), 79), [
    '   0:00  between runbooks',
    '         on-premises    0/s  ····················     0/s cloud   weight 0 %',
    '         no replication                    0 acknowledged   3 failed',
  ])
})

test('a log line says the same', (t) => {
  t.is(
    statusLine(sampleStatus),
    '   0:58  cutover › verify-change-set · on-premises 151/s, cloud 49/s · weight 25 % · lag 1.2 kB · 0 failed',
  )
})

test('any status is three lines that fit, the same with and without colours', (t) => {
  fc.assert(
    fc.property(anyStatus, fc.integer({ min: 1, max: 120 }), (status, columns) => {
      const block = statusBlock(status, painter(false), columns)
      t.is(block.length, 3)
      t.true(block.every((line) => [...line].length <= columns && !/\p{Cc}/u.test(line)))
      t.deepEqual(statusBlock(status, painter(true), columns).map(stripVTControlCharacters), block)
    }),
  )
})

test('what has ended leaves one line', (t) => {
  const cutover = { startMs: 54_000, name: 'cutover', durationMs: 4100, outcome: 'done' as const }
  t.is(
    finishedLine({ ...cutover, note: 'write pause 61 ms' }, false),
    '✓  0:54  cutover                           4.1 s  write pause 61 ms',
  )
  t.is(
    finishedLine({ ...cutover, outcome: 'failed', note: 'no space\u001b[2J' }, false),
    '✕  0:54  cutover                           4.1 s  failed  no space',
  )
  t.is(stripVTControlCharacters(finishedLine(cutover, true)), finishedLine(cutover, false))
  t.regex(finishedLine({ ...cutover, outcome: 'already' }, false), /^✓.* already$/)
})
