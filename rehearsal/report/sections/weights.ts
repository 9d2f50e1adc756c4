import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Report, ShiftStep } from '../data.ts'
import { cloudShare, count, percent } from '../format.ts'

/** What was asked of the front door at each weight, and what the sides saw. */
export function weightsSection({ shift }: Report): Markup {
  if (shift.length === 0) return markup`<section><h2>Weights</h2><p>Traffic was not shifted.</p></section>`
  return markup`<section><h2>Weights</h2><div class="scroll"><table class="weights">
<thead><tr><th scope="col" class="number">Asked</th><th scope="col" class="number">Seen</th><th scope="col" class="wide"><span class="hidden">Share</span></th><th scope="col" class="number">On-premises</th><th scope="col" class="number">Cloud</th></tr></thead>
<tbody>${shift.map(row)}</tbody></table></div></section>`
}

function row(step: ShiftStep): Markup {
  const seen = cloudShare(step)
  return markup`<tr><td class="number">${percent(step.weight)}</td><td class="number"><strong>${seen === undefined ? '–' : percent(seen, 1)}</strong></td><td class="wide">${seen !== undefined && share(seen, step.weight)}</td><td class="number">${count(step.onPremises)}</td><td class="number">${count(step.cloud)}</td></tr>`
}

/** Seen as a bar, asked as a tick across it. */
function share(seen: number, asked: number): Markup {
  return markup`<span class="share" aria-hidden="true"><span class="seen" style="width:${seen.toFixed(1)}%"></span><span class="asked" style="left:${asked}%"></span></span>`
}
