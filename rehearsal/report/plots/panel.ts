import type { Content, Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Range, Scale } from '../../../page/scale.ts'
import { px } from '../../../page/scale.ts'
import { textWidth } from './labels.ts'

/** What all panels of a timeline share. */
export interface Frame {
  /** Edges of the plot areas, px. */
  left: number
  right: number
  time: Scale
  durationMs: number
  /** Points a line may have at most. */
  most: number
  /** Legends go below the title instead of beside it. */
  narrow: boolean
}

/** The part of a panel where figures are drawn. */
export interface Area {
  left: number
  right: number
  top: number
  bottom: number
  x: Scale
  y: Scale
}

export interface LegendItem {
  /** Class of the swatch; it carries the colour. */
  kind: string
  shape: 'area' | 'line' | 'diamond' | 'cross'
  text: string
}

export interface PanelSpec {
  title: string
  /** The panel in a sentence, for who does not see it. */
  summary: string
  legend: readonly LegendItem[]
  height: number
  /** Room between the legend and the plot, for labels; px. */
  lane?: number
  scale(range: Range): Scale
  tickText(value: number): string
  draw(area: Area): Content
}

export interface Placed {
  svg: Markup
  bottom: number
}

export const FONT = 12
const TITLE = 20
const LEGEND_ROW = 20

export function panel(spec: PanelSpec, frame: Frame, top: number): Placed {
  const areaTop = top + TITLE + (frame.narrow ? LEGEND_ROW : 0) + 8 + (spec.lane ?? 0)
  const bottom = areaTop + spec.height
  const y = spec.scale([bottom, areaTop])
  const named = readable(y)
  const { left, right, time: x } = frame
  const legendX = frame.narrow ? 0 : textWidth(spec.title, FONT + 1) + 28
  const legendY = frame.narrow ? top + TITLE + 13 : top + 13
  const svg = markup`<g role="img" aria-label="${spec.summary}">
<text class="title" x="0" y="${px(top + 13)}">${spec.title}</text>
${legend(spec.legend, legendX, legendY)}
${x.ticks.map((t) => markup`<path class="grid" d="M${px(x.at(t))} ${px(areaTop)}V${px(bottom)}"/>`)}
${y.ticks.map((tick) => yTick(tick, y.at(tick), named.has(tick), frame, spec))}
${spec.draw({ left, right, top: areaTop, bottom, x, y })}
</g>`
  return { svg, bottom }
}

function yTick(tick: number, y: number, named: boolean, frame: Frame, spec: PanelSpec): Markup {
  return markup`<path class="grid${tick === 0 && ' base'}" d="M${px(frame.left)} ${px(y)}H${px(frame.right)}"/>${named && markup`<text class="tick" text-anchor="end" x="${px(frame.left - 7)}" y="${px(y + 4)}">${spec.tickText(tick)}</text>`}`
}

/** Ticks, from the bottom up, whose text would not touch the one named before. */
function readable(scale: Scale): Set<number> {
  const named = new Set<number>()
  let lastY = Number.POSITIVE_INFINITY
  for (const tick of scale.ticks) {
    const y = scale.at(tick)
    if (lastY - y < FONT) continue
    named.add(tick)
    lastY = y
  }
  return named
}

function legend(items: readonly LegendItem[], x: number, y: number): Markup[] {
  let left = x
  return items.map(({ kind, shape, text }) => {
    const at = left
    left += 20 + textWidth(text, FONT) + 14
    return markup`${swatch(kind, shape, at, y)}<text class="legend" x="${px(at + 20)}" y="${px(y)}">${text}</text>`
  })
}

function swatch(kind: string, shape: LegendItem['shape'], x: number, y: number): Markup {
  if (shape === 'area') {
    return markup`<rect class="area ${kind}" x="${px(x)}" y="${px(y - 9)}" width="14" height="10" rx="2"/>`
  }
  if (shape === 'line') return markup`<path class="line ${kind}" d="M${px(x)} ${px(y - 4)}h14"/>`
  return shape === 'cross' ? cross(kind, x + 7, y - 4) : diamond(kind, x + 7, y - 4)
}

export function diamond(kind: string, x: number, y: number): Markup {
  return markup`<path class="mark ${kind}" d="M${px(x - 5)} ${px(y)}l5 -5 5 5 -5 5z"/>`
}

export function cross(kind: string, x: number, y: number): Markup {
  return markup`<path class="cross ${kind}" d="M${px(x - 4)} ${px(y - 4)}l8 8m0 -8l-8 8"/>`
}
