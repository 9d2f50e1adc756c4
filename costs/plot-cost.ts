import { type Markup, markup } from '../page/markup.ts'
import { px } from '../page/scale.ts'
import { clip, usd } from './format.ts'
import type { FunctionCosts } from './summary.ts'

const [width, left, right, row] = [900, 190, 110, 26]

/** A bar a function; the part that is left after the free tier is darker. */
export function costPlot(functions: readonly FunctionCosts[]): Markup {
  const most = Math.max(...functions.map((it) => it.usd), 1e-12)
  const length = (value: number) => px((value / most) * (width - left - right))
  return markup`<svg viewBox="0 0 ${width} ${functions.length * row + 4}" role="img" aria-label="Cost by function">${functions.map(
    (it, index) => {
      const y = index * row + 4
      return markup`<text x="${left - 8}" y="${y + 14}" text-anchor="end">${clip(it.name, 26)}</text><rect class="bar free" x="${left}" y="${y}" width="${length(it.usd)}" height="18" rx="2"><title>${it.name}: ${usd(it.usd)}</title></rect><rect class="bar" x="${left}" y="${y}" width="${length(it.usdAfterFreeTier)}" height="18" rx="2"><title>${it.name}: ${usd(it.usdAfterFreeTier)} after the free tier</title></rect><text class="tick" x="${px(left + (it.usd / most) * (width - left - right) + 6)}" y="${y + 14}">${usd(it.usd)}</text>`
    },
  )}</svg>`
}
