import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Scale } from '../../../page/scale.ts'
import { px, timeScale } from '../../../page/scale.ts'
import type { Report } from '../data.ts'
import { clock } from '../format.ts'
import { runbookSpans } from '../spans.ts'
import { bands, bandTints } from './bands.ts'
import { hover } from './hover.ts'
import { latencyPanel } from './latency.ts'
import type { Frame } from './panel.ts'
import { replicationLagPanel } from './replication-lag.ts'
import { requestsPanel } from './requests.ts'
import { weightPanel } from './weight.ts'

export type TimelineSize = 'wide' | 'narrow'

const SIZES = {
  wide: { width: 1120, left: 62, most: 400, timeTicks: 12 },
  narrow: { width: 420, left: 54, most: 160, timeTicks: 5 },
} as const

const PANELS = [requestsPanel, latencyPanel, replicationLagPanel, weightPanel]
const BETWEEN = 22

/** All panels in one SVG over one time axis; `narrow` is for phones, without hover. */
export function timeline(report: Report, size: TimelineSize): Markup {
  const { width, left, most, timeTicks } = SIZES[size]
  const right = width - 14
  const { durationMs } = report
  const time = timeScale(durationMs, [left, right], timeTicks)
  const frame: Frame = { left, right, time, durationMs, most, narrow: size === 'narrow' }
  const spans = runbookSpans(report.steps)
  const band = bands(spans, frame, 0)
  let top = band.bottom + 14
  const panels = PANELS.map((draw) => {
    const placed = draw(report, frame, top)
    top = placed.bottom + BETWEEN
    return placed
  })
  const bottom = panels.at(-1)!.bottom
  const height = bottom + 40
  return markup`<svg class="timeline ${size}" viewBox="0 0 ${width} ${px(height)}" role="group" aria-label="The run over time">
${bandTints(spans, frame, band.bottom, bottom)}
${band.svg}
${panels.map(({ svg }) => svg)}
${timeAxis(time, bottom, (left + right) / 2)}
${size === 'wide' && hover(report, frame, band.bottom, bottom)}
</svg>`
}

function timeAxis(time: Scale, y: number, middle: number): Markup {
  return markup`<g aria-hidden="true">${time.ticks.map(
    (tick) =>
      markup`<text class="tick" text-anchor="middle" x="${px(time.at(tick))}" y="${px(y + 17)}">${clock(tick)}</text>`,
  )}<text class="tick" text-anchor="middle" x="${px(middle)}" y="${px(y + 34)}">minutes:seconds since the start</text></g>`
}
