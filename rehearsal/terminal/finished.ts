import type { StepOutcome } from '../report/data.ts'
import { clock, duration } from '../report/format.ts'
import { painter } from './paint.ts'
import { greppable, padEnd, padStart, plain } from './text.ts'

/** A runbook or a step that has ended. */
export interface Finished {
  /** When it started, since the rehearsal did. */
  startMs: number
  /** `cutover`, or `shift-traffic › weight-25`. */
  name: string
  durationMs: number
  outcome: StepOutcome
  /** What is worth remembering: `write pause 61 ms`. */
  note?: string | undefined
}

const NAME = 30

/** The line of it that stays, for {@link Progress.line}. */
export function finishedLine({ startMs, name, durationMs, outcome, note }: Finished, color: boolean): string {
  const paint = painter(color)
  const good = outcome === 'done' || outcome === 'already'
  const parts = [
    paint(good ? 'pass' : 'fail', good ? '✓' : '✕'),
    padStart(clock(startMs), 5),
    ` ${padEnd(plain(name), NAME)}`,
    padStart(duration(durationMs), 8),
    ...(outcome === 'done' ? [] : [` ${outcome}`]),
    ...(note === undefined ? [] : [paint('dim', ` ${plain(note)}`)]),
  ]
  return greppable(parts.join(' '))
}
