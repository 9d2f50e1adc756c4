import test from 'ava'
import fc from 'fast-check'
import { painter } from '../../../rehearsal/terminal/paint.ts'
import { createProgress } from '../../../rehearsal/terminal/progress.ts'
import { statusBlock } from '../../../rehearsal/terminal/status.ts'
import { Screen } from './screen.ts'
import { anyStatus, sampleStatus } from './status.ts'

const CONTROL = /(?!\n)\p{Cc}/u

function fakeClock() {
  const clock = { nowMs: () => clock.now, now: 0 }
  return clock
}

test('a terminal shows the lines that stay, and below them the latest status', (t) => {
  const act = fc.oneof(
    fc.record({ update: anyStatus }),
    fc.record({ line: fc.stringMatching(/^[a-z ]{1,60}$/) }),
    fc.record({ waitMs: fc.nat({ max: 300 }) }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), anyStatus, (acts, last) => {
      const screen = new Screen()
      const clock = fakeClock()
      const progress = createProgress(screen, { tty: true, color: false, columns: 80, nowMs: clock.nowMs })
      for (const one of acts) {
        if ('update' in one) progress.update(one.update)
        else if ('line' in one) progress.line(one.line)
        else clock.now += one.waitMs
      }
      const stay = acts.flatMap((one) => ('line' in one ? [one.line] : []))
      clock.now += 1000
      progress.update(last)
      t.deepEqual(screen.lines, [...stay, ...statusBlock(last, painter(false), 79)])
      progress.stop()
      progress.stop()
      progress.line('after')
      progress.update(last)
      t.deepEqual(screen.lines, [...stay, 'after'])
    }),
  )
})

test('a terminal is not redrawn more often than can be read, and follows its width', (t) => {
  const screen = new Screen()
  const clock = fakeClock()
  const progress = createProgress(screen, { tty: true, color: false, columns: 80, nowMs: clock.nowMs })
  for (clock.now = 0; clock.now < 1000; clock.now += 1) progress.update(sampleStatus)
  t.true(
    screen.written.length >= 10 && screen.written.length <= 13,
    `${screen.written.length} redraws a second`,
  )
  screen.columns = 40
  clock.now += 100
  progress.update(sampleStatus)
  t.true(screen.lines.every((line) => [...line].length < 40))
})

test('a log gets a line a second at most, every line that stays, and no control codes', (t) => {
  const screen = new Screen()
  const clock = fakeClock()
  const progress = createProgress(screen, { tty: false, color: false, columns: 80, nowMs: clock.nowMs })
  for (clock.now = 0; clock.now < 10_000; clock.now += 50) {
    progress.update({ ...sampleStatus, runbook: 'cut\u001b[2Jover\r', elapsedMs: clock.now })
    if (clock.now % 5000 === 0) progress.line('\u001b[32m✓\u001b[0m replicate')
  }
  progress.stop()
  progress.update(sampleStatus)
  t.is(screen.lines.filter((line) => line === '✓ replicate').length, 2)
  t.is(screen.lines.filter((line) => line.includes('cutover')).length, 10)
  t.is(screen.lines.length, 12)
  t.notRegex(screen.written.join(''), CONTROL)
})

test('NO_COLOR on a terminal leaves only what moves the cursor', (t) => {
  const screen = new Screen()
  const progress = createProgress(screen, { tty: true, color: false, columns: 80 })
  progress.update(sampleStatus)
  progress.line('\u001b[32m✓\u001b[0m replicate')
  t.is(screen.lines[0], '✓ replicate', 'the screen knows no colours')
})
