import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import { linearScale } from '../../../page/scale.ts'
import type { FindingKind, Report } from '../data.ts'
import { count, largest } from '../format.ts'
import { areaPath, linePath } from './lines.ts'
import type { Area, Frame, LegendItem, Placed } from './panel.ts'
import { cross, panel } from './panel.ts'
import { mean, slots } from './slots.ts'

const KINDS: readonly FindingKind[] = ['lost', 'duplicated', 'misposted', 'failed']

/** Requests a second, cloud stacked on on-premises, with the payments gone wrong marked. */
export function requestsPanel(report: Report, frame: Frame, top: number): Placed {
  const { series, durationMs } = report
  const perSecond = 1000 / Math.max(series.stepMs, 1)
  const rates = slots(series.requests, { stepMs: series.stepMs, durationMs, most: frame.most }).map(
    (slot) => ({
      tMs: (slot.startMs + slot.endMs) / 2,
      onPremises: perSecond * mean(slot.points.map(({ onPremises }) => onPremises)),
      cloud: perSecond * mean(slot.points.map(({ cloud }) => cloud)),
    }),
  )
  const peak = largest(rates.map(({ onPremises, cloud }) => onPremises + cloud))
  const bad = KINDS.flatMap((kind) => report.findings[kind]).filter(({ atMs }) => atMs !== undefined)

  function draw({ x, y, top: ceiling }: Area): Markup {
    const points = (height: (rate: (typeof rates)[number]) => number) =>
      rates.map((rate) => ({ x: x.at(rate.tMs), y: y.at(height(rate)) }))
    const floor = points(() => 0)
    const onPremises = points((rate) => rate.onPremises)
    const all = points((rate) => rate.onPremises + rate.cloud)
    return markup`<path class="area on-premises" d="${areaPath(onPremises, floor)}"/>
<path class="area cloud" d="${areaPath(all, onPremises)}"/>
<path class="line total" d="${linePath(all)}"/>
${bad.map(({ atMs }) => cross('bad', x.at(atMs!), ceiling + 7))}`
  }

  const legend: LegendItem[] = [
    { kind: 'on-premises', shape: 'area', text: 'on-premises' },
    { kind: 'cloud', shape: 'area', text: 'cloud' },
  ]
  if (bad.length > 0) legend.push({ kind: 'bad', shape: 'cross', text: 'payment gone wrong' })
  return panel(
    {
      title: 'Requests a second',
      summary: `Requests a second by side, stacked: at most ${count(peak)} together, ${count(report.rate)} asked for.`,
      legend,
      height: 130,
      scale: (range) => linearScale(Math.max(peak, report.rate), range),
      tickText: count,
      draw,
    },
    frame,
    top,
  )
}
