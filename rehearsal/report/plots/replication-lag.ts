import { markup } from '../../../page/markup.ts'
import { symlogScale } from '../../../page/scale.ts'
import type { Direction, Report } from '../data.ts'
import { bytes, largest } from '../format.ts'
import { linePath } from './lines.ts'
import type { Area, Frame, LegendItem, Placed } from './panel.ts'
import { panel } from './panel.ts'
import { slots } from './slots.ts'

export const DIRECTIONS: Record<Direction, string> = {
  forward: 'on-premises → AWS',
  back: 'AWS → on-premises',
}

/** The line is broken where no sample was taken for this long: nothing was being replicated that way. */
const GAP_MS = 2000

/** Bytes not yet confirmed by the subscriber, a line a direction; the highest where samples are merged. */
export function replicationLagPanel(report: Report, frame: Frame, top: number): Placed {
  const { series, durationMs } = report
  const directions: readonly Direction[] = ['forward', 'back']
  const peak = largest(series.replicationLag.map((sample) => sample.bytes))

  function draw({ x, y }: Area) {
    return directions.map((direction) => {
      const samples = series.replicationLag.filter((sample) => sample.direction === direction)
      const merged = slots(samples, { stepMs: series.stepMs, durationMs, most: frame.most })
      const widthMs = merged[0] === undefined ? 0 : merged[0].endMs - merged[0].startMs
      const points = merged.map((slot) => ({
        x: x.at((slot.startMs + slot.endMs) / 2),
        y: y.at(largest(slot.points.map((sample) => sample.bytes))),
      }))
      const gap = x.at(Math.max(GAP_MS, widthMs * 1.5)) - x.at(0)
      return markup`<path class="line ${direction}" d="${linePath(points, gap)}"/>`
    })
  }

  return panel(
    {
      title: 'Replication lag',
      summary: `Replication lag in bytes, both directions: at most ${bytes(peak)}.`,
      legend: directions.map((kind): LegendItem => ({ kind, shape: 'line', text: DIRECTIONS[kind] })),
      height: 90,
      scale: (range) => symlogScale(peak, 1000, range),
      tickText: bytes,
      draw,
    },
    frame,
    top,
  )
}
