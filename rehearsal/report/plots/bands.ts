import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import { px } from '../../../page/scale.ts'
import { duration } from '../format.ts'
import type { RunbookSpan } from '../spans.ts'
import { placeLabels, textWidth } from './labels.ts'
import type { Frame } from './panel.ts'
import { FONT } from './panel.ts'

const LABEL_ROW = 16
const BAR = 7

/** The runbooks on the time axis: a bar each, its name above. Returns what to draw and how high it is. */
export function bands(
  spans: readonly RunbookSpan[],
  frame: Frame,
  top: number,
): { svg: Markup; bottom: number } {
  const extents = spans.map((span, index) => extent(span, index, frame))
  const wanted = extents.map(({ x, width, span }) => ({
    x: x + width / 2,
    width: textWidth(name(span), FONT) + 4,
  }))
  const labels = placeLabels(wanted, { from: frame.left, to: frame.right })
  const rows = labels.reduce((most, { row }) => Math.max(most, row + 1), 1)
  const barTop = top + rows * LABEL_ROW + 3
  const svg = markup`<g role="img" aria-label="${summary(spans)}">${extents.map(
    ({ x, width, kind, span }, index) => {
      const { left, width: labelWidth, row } = labels[index]!
      const textY = barTop - 7 - row * LABEL_ROW
      return markup`${row > 0 && markup`<path class="leader" d="M${px(x + width / 2)} ${px(textY + 4)}V${px(barTop)}"/>`}<rect class="band ${kind}" x="${px(x)}" y="${px(barTop)}" width="${px(width)}" height="${BAR}" rx="2"><title>${name(span)}: ${duration(span.endMs - span.startMs)}</title></rect><text class="band-label" text-anchor="middle" x="${px(left + labelWidth / 2)}" y="${px(textY)}">${name(span)}</text>`
    },
  )}</g>`
  return { svg, bottom: barTop + BAR }
}

/** The same spans as a tint behind all panels, so that the eye can follow them down. */
export function bandTints(
  spans: readonly RunbookSpan[],
  frame: Frame,
  top: number,
  bottom: number,
): Markup[] {
  return spans.map((span, index) => {
    const { x, width, kind } = extent(span, index, frame)
    return markup`<rect class="tint ${kind}" x="${px(x)}" y="${px(top)}" width="${px(width)}" height="${px(bottom - top)}"/>`
  })
}

function extent(span: RunbookSpan, index: number, { time }: Frame) {
  const x = time.at(span.startMs)
  const width = Math.max(time.at(span.endMs) - x, 2)
  const kind = failed(span) ? 'failed' : isSwitchover(span) ? 'switchover' : index % 2 === 0 ? 'even' : 'odd'
  return { span, x, width, kind }
}

function summary(spans: readonly RunbookSpan[]): string {
  const parts = spans.map((span) => `${name(span)} ${duration(span.endMs - span.startMs)}`)
  return parts.length === 0 ? 'No runbook ran.' : `Runbooks in order: ${parts.join(', ')}.`
}

function isSwitchover({ runbook }: RunbookSpan): boolean {
  return runbook === 'cutover' || runbook === 'rollback'
}

function failed({ steps }: RunbookSpan): boolean {
  return steps.some(({ outcome }) => outcome === 'failed')
}

/** A failure must not rest on colour. */
function name(span: RunbookSpan): string {
  return failed(span) ? `✕ ${span.runbook}` : span.runbook
}
