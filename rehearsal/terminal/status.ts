import type { Direction } from '../report/data.ts'
import { bytes, clock, count, duration, percent } from '../report/format.ts'
import type { Paint } from './paint.ts'
import { clip, greppable, padEnd, plain } from './text.ts'

/** What goes on at this moment of a rehearsal. */
export interface Status {
  /** Since the rehearsal started. */
  elapsedMs: number
  /** `undefined` between two runbooks. */
  runbook?: string | undefined
  step?: string | undefined
  /** Since the step started. */
  stepElapsedMs?: number | undefined
  /** Requests answered in the last second. */
  perSecond: { onPremises: number; cloud: number }
  /** Percent of requests asked to go to the cloud. */
  weight: number
  /** `undefined` while nothing is replicated. */
  lag?: { bytes: number; direction: Direction } | undefined
  acknowledged: number
  failed: number
}

const WAYS: Record<Direction, string> = { forward: 'on-premises → AWS', back: 'AWS → on-premises' }
const BAR = 20

/** Three lines, none wider than `columns`: where it is, where the requests go, how it fares. */
export function statusBlock(status: Status, paint: Paint, columns: number): string[] {
  const lag = status.lag === undefined ? 'no replication' : `lag ${lagText(status.lag)}`
  const rows: Span[][] = [
    [
      { text: clock(status.elapsedMs).padStart(7), colour: 'bold' },
      { text: `  ${where(status)}` },
      { text: stepTime(status), colour: 'dim' },
    ],
    [
      { text: '         on-premises ' },
      { text: rate(status.perSecond.onPremises), colour: 'onPremises' },
      { text: '  ' },
      ...split(status),
      { text: '  ' },
      { text: rate(status.perSecond.cloud), colour: 'cloud' },
      { text: ` cloud   weight ${percent(status.weight)}` },
    ],
    [
      { text: `         ${padEnd(lag, 34)}${count(status.acknowledged)} acknowledged   ` },
      { text: `${count(status.failed)} failed`, colour: status.failed > 0 ? 'fail' : undefined },
    ],
  ]
  return rows.map((row) => greppable(fit(row, paint, columns)))
}

/** The same in one line, for logs. */
export function statusLine(status: Status): string {
  const { perSecond, lag } = status
  const parts = [
    `${clock(status.elapsedMs).padStart(7)}  ${where(status)}`,
    `on-premises ${count(perSecond.onPremises)}/s, cloud ${count(perSecond.cloud)}/s`,
    `weight ${percent(status.weight)}`,
    ...(lag === undefined ? [] : [`lag ${bytes(lag.bytes)}`]),
    `${count(status.failed)} failed`,
  ]
  return greppable(parts.join(' · '))
}

interface Span {
  text: string
  colour?: Parameters<Paint>[0] | undefined
}

function where({ runbook, step }: Status): string {
  if (runbook === undefined) return 'between runbooks'
  return step === undefined ? plain(runbook) : `${plain(runbook)} › ${plain(step)}`
}

function stepTime({ stepElapsedMs }: Status): string {
  return stepElapsedMs === undefined ? '' : `  ${duration(stepElapsedMs)}`
}

function rate(perSecond: number): string {
  return `${count(perSecond)}/s`.padStart(6)
}

function lagText(lag: { bytes: number; direction: Direction }): string {
  return `${bytes(lag.bytes)} ${WAYS[lag.direction]}`
}

/** One bar for both sides; different characters, because colours may be off. */
function split({ perSecond }: Status): Span[] {
  const total = perSecond.onPremises + perSecond.cloud
  if (total === 0) return [{ text: '·'.repeat(BAR), colour: 'dim' }]
  const cloud = Math.round((BAR * perSecond.cloud) / total)
  return [
    { text: '█'.repeat(BAR - cloud), colour: 'onPremises' },
    { text: '░'.repeat(cloud), colour: 'cloud' },
  ]
}

/** Cuts before painting: a line that wraps would break the redrawing. */
function fit(spans: readonly Span[], paint: Paint, columns: number): string {
  let room = columns
  return spans
    .map(({ text, colour }) => {
      const shown = clip(text, room)
      room -= [...shown].length
      return colour === undefined || shown === '' ? shown : paint(colour, shown)
    })
    .join('')
}
