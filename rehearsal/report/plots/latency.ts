import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import { logScale, px } from '../../../page/scale.ts'
import type { Pause, Report } from '../data.ts'
import { duration, largest } from '../format.ts'
import { placeLabels, textWidth } from './labels.ts'
import { linePath } from './lines.ts'
import type { Area, Frame, Placed } from './panel.ts'
import { diamond, FONT, panel } from './panel.ts'
import { mean, slots } from './slots.ts'

const LABEL_ROW = 17

/** Latency on a logarithmic axis; each write pause a diamond where it began, as high as it was long, named above. */
export function latencyPanel(report: Report, frame: Frame, top: number): Placed {
  const { series, durationMs, pauses } = report
  const merged = slots(series.latency, { stepMs: series.stepMs, durationMs, most: frame.most }).map(
    (slot) => ({
      tMs: (slot.startMs + slot.endMs) / 2,
      widthMs: slot.endMs - slot.startMs,
      p50Ms: mean(slot.points.map(({ p50Ms }) => p50Ms)),
      p99Ms: largest(slot.points.map(({ p99Ms }) => p99Ms)),
      maxMs: largest(slot.points.map(({ maxMs }) => maxMs)),
    }),
  )
  const medians = merged.map(({ p50Ms }) => p50Ms).sort((a, b) => a - b)
  const median = medians[Math.floor(medians.length / 2)]
  const highest = largest([
    ...merged.map(({ maxMs }) => maxMs),
    ...pauses.map(({ writePauseMs }) => writePauseMs),
  ])
  const lowest = Math.max(0.1, Math.min(medians[0] ?? 1, 1))
  const labels = pauseLabels(pauses, frame)

  function draw({ x, y, top: ceiling, bottom }: Area): Markup {
    const gap = x.at((merged[0]?.widthMs ?? 0) * 1.5) - x.at(0)
    const path = (of: 'p50Ms' | 'p99Ms' | 'maxMs') =>
      linePath(
        merged.map((slot) => ({ x: x.at(slot.tMs), y: y.at(slot[of]) })),
        gap,
      )
    return markup`<path class="line max" d="${path('maxMs')}"/>
<path class="line p99" d="${path('p99Ms')}"/>
<path class="line p50" d="${path('p50Ms')}"/>
${labels.map(({ pause, left, width, row, text, x: at, endX }) => {
  const textY = ceiling - 8 - row * LABEL_ROW
  return markup`<rect class="pause-span" x="${px(at)}" y="${px(ceiling)}" width="${px(Math.max(0, endX - at))}" height="${px(bottom - ceiling)}"/><path class="pause-line" d="M${px(at)} ${px(textY + 4)}V${px(bottom)}"/><text class="pause-label" text-anchor="middle" x="${px(left + width / 2)}" y="${px(textY)}">${text}</text>${diamond('pause', at, y.at(pause.writePauseMs))}`
})}`
  }

  return panel(
    {
      title: 'Latency',
      summary: latencySummary(median, highest, pauses),
      legend: [
        { kind: 'p50', shape: 'line', text: 'median' },
        { kind: 'p99', shape: 'line', text: 'p99' },
        { kind: 'max', shape: 'line', text: 'longest' },
        { kind: 'pause', shape: 'diamond', text: 'write pause' },
      ],
      height: 190,
      lane: 6 + LABEL_ROW * largest(labels.map(({ row }) => row + 1)),
      scale: (range) => logScale(lowest, Math.max(highest, 10), range),
      tickText: duration,
      draw,
    },
    frame,
    top,
  )
}

function pauseLabels(pauses: readonly Pause[], { time, left, right }: Frame) {
  const wanted = pauses.map((pause) => {
    const text = `${pause.kind} ${duration(pause.writePauseMs)}`
    return {
      pause,
      text,
      x: time.at(pause.startMs),
      endX: time.at(pause.endMs),
      width: textWidth(text, FONT) + 4,
    }
  })
  const placed = placeLabels(wanted, { from: left, to: right })
  return wanted.map((label, index) => ({ ...label, ...placed[index]! }))
}

function latencySummary(medianMs: number | undefined, highestMs: number, pauses: readonly Pause[]): string {
  const marked = pauses.map(({ kind, writePauseMs }) => `${kind} ${duration(writePauseMs)}`)
  return [
    'Latency on a logarithmic axis:',
    medianMs === undefined ? 'no request was answered' : `median about ${duration(medianMs)}`,
    `; longest ${duration(highestMs)}.`,
    marked.length === 0 ? ' No write pause.' : ` Write pauses: ${marked.join(', ')}.`,
  ].join(' ')
}
