import { markup } from '../../../page/markup.ts'
import { linearScale } from '../../../page/scale.ts'
import type { Report } from '../data.ts'
import { percent } from '../format.ts'
import { linePath, stepPath } from './lines.ts'
import type { Area, Frame, Placed } from './panel.ts'
import { panel } from './panel.ts'
import { slots } from './slots.ts'

/** Fewer requests than these say little about a share: 1 s at the default rate. */
const SEEN_OVER_MS = 1000

/** The weight asked for, and the share of requests that the cloud answered, a second at a time. */
export function weightPanel(report: Report, frame: Frame, top: number): Placed {
  const { series, durationMs } = report
  const stepMs = Math.max(SEEN_OVER_MS, series.stepMs)
  const seen = slots(series.requests, { stepMs, durationMs, most: frame.most }).flatMap((slot) => {
    const onPremises = slot.points.reduce((sum, point) => sum + point.onPremises, 0)
    const cloud = slot.points.reduce((sum, point) => sum + point.cloud, 0)
    if (onPremises + cloud === 0) return []
    return [{ tMs: (slot.startMs + slot.endMs) / 2, percent: (100 * cloud) / (onPremises + cloud) }]
  })
  const asked = [...new Set(series.weight.map(({ cloud }) => cloud))]

  function draw({ x, y, right }: Area) {
    const seenPoints = seen.map((point) => ({ x: x.at(point.tMs), y: y.at(point.percent) }))
    const askedPoints = changes(series.weight).map((point) => ({ x: x.at(point.tMs), y: y.at(point.cloud) }))
    const gap = x.at(stepMs * 2.5) - x.at(0)
    return markup`<path class="line seen" d="${linePath(seenPoints, gap)}"/>
<path class="line asked" d="${stepPath(askedPoints, right)}"/>`
  }

  return panel(
    {
      title: 'Weight of the cloud',
      summary: `Weight of the cloud over time, in percent: ${asked.join(', ') || 'never set'}; and the share that went there.`,
      legend: [
        { kind: 'asked', shape: 'line', text: 'asked' },
        { kind: 'seen', shape: 'line', text: 'seen' },
      ],
      height: 90,
      scale: (range) => linearScale(100, range, 2),
      tickText: percent,
      draw,
    },
    frame,
    top,
  )
}

/** Samples that say the same as the one before need no point of their own. */
function changes(weight: Report['series']['weight']): Report['series']['weight'] {
  return weight.filter((sample, index) => sample.cloud !== weight[index - 1]?.cloud)
}
