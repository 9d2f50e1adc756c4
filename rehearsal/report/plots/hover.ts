import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import { px } from '../../../page/scale.ts'
import type { Report } from '../data.ts'
import { bytes, count, duration, largest, moment, percent } from '../format.ts'
import { stepsBetween } from '../spans.ts'
import type { Frame } from './panel.ts'
import { DIRECTIONS } from './replication-lag.ts'
import { mean, slotWidthMs } from './slots.ts'

const MOST = 180
const STEPS_NAMED = 3

/** Invisible columns over all panels: the one under the pointer lights up and tells every figure of its moment. */
export function hover(report: Report, frame: Frame, top: number, bottom: number): Markup[] {
  const { series, durationMs } = report
  const widthMs = slotWidthMs({ stepMs: series.stepMs, durationMs, most: MOST })
  const columns = Array.from({ length: Math.ceil(durationMs / widthMs) }, (_, index) => index * widthMs)
  return columns.map((startMs) => {
    const endMs = Math.min(startMs + widthMs, durationMs)
    const x = frame.time.at(startMs)
    return markup`<rect class="slot" x="${px(x)}" y="${px(top)}" width="${px(frame.time.at(endMs) - x)}" height="${px(bottom - top)}"><title>${figures(report, startMs, endMs)}</title></rect>`
  })
}

function figures(report: Report, startMs: number, endMs: number): string {
  const { series } = report
  const within = <T extends { tMs: number }>(points: readonly T[]) =>
    points.filter(({ tMs }) => tMs >= startMs && tMs < endMs)
  const perSecond = 1000 / Math.max(series.stepMs, 1)
  const requests = within(series.requests)
  const latency = within(series.latency)
  const weight = series.weight.filter(({ tMs }) => tMs < endMs).at(-1)
  const steps = stepsBetween(report.steps, startMs, endMs)
  const lines = [
    moment(startMs),
    ...steps.slice(0, STEPS_NAMED),
    steps.length > STEPS_NAMED && `and ${steps.length - STEPS_NAMED} more steps`,
    requests.length > 0 &&
      `on-premises ${count(perSecond * mean(requests.map((point) => point.onPremises)))}/s, cloud ${count(perSecond * mean(requests.map((point) => point.cloud)))}/s`,
    latency.length > 0 &&
      `median ${duration(mean(latency.map(({ p50Ms }) => p50Ms)))}, p99 ${duration(largest(latency.map(({ p99Ms }) => p99Ms)))}, longest ${duration(largest(latency.map(({ maxMs }) => maxMs)))}`,
    ...lags(within(series.replicationLag)),
    weight !== undefined && `weight ${percent(weight.cloud)}`,
  ]
  return lines.filter((line) => line !== false).join('\n')
}

function lags(samples: Report['series']['replicationLag']): string[] {
  return (['forward', 'back'] as const).flatMap((direction) => {
    const own = samples.filter((sample) => sample.direction === direction)
    if (own.length === 0) return []
    return [`lag ${DIRECTIONS[direction]} ${bytes(largest(own.map((sample) => sample.bytes)))}`]
  })
}
