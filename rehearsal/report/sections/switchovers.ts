import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Report, Switchover } from '../data.ts'
import { count, duration, largest } from '../format.ts'

/** A column a switchover, a row a step, every bar on one scale: what made a pause long is seen at once. */
export function switchoversSection({ switchovers }: Report): Markup {
  if (switchovers.length === 0) {
    return markup`<section><h2>Switchovers</h2><p>None took place.</p></section>`
  }
  const steps = [...new Set(switchovers.flatMap(({ stepsMs }) => Object.keys(stepsMs)))]
  const longestStepMs = largest(switchovers.flatMap(({ stepsMs }) => Object.values(stepsMs)))
  return markup`<section><h2>Switchovers</h2>
<p class="note">The write pause is measured by the client: the longest that any write in flight took. The steps are what the runner did meanwhile.</p>
<div class="scroll"><table class="switchovers">
<thead><tr><th scope="col"></th>${switchovers.map((item, index) => markup`<th scope="col">${title(item, index, switchovers)}</th>`)}</tr></thead>
<tbody>
<tr class="total"><th scope="row">write pause</th>${switchovers.map((item) => markup`<td><strong>${duration(item.writePauseMs)}</strong></td>`)}</tr>
<tr class="total"><th scope="row">writes held</th>${switchovers.map((item) => markup`<td>${count(item.requestsHeld)}</td>`)}</tr>
${steps.map((step) => markup`<tr><th scope="row">${step}</th>${switchovers.map((item) => stepCell(item, step, longestStepMs))}</tr>`)}
</tbody></table></div></section>`
}

function title({ kind }: Switchover, index: number, all: readonly Switchover[]): string {
  const same = all.filter((other) => other.kind === kind)
  if (same.length === 1) return kind
  return `${kind} ${all.slice(0, index + 1).filter((other) => other.kind === kind).length}`
}

function stepCell({ stepsMs }: Switchover, step: string, longestMs: number): Markup {
  const ms = Object.hasOwn(stepsMs, step) ? stepsMs[step] : undefined
  if (ms === undefined) return markup`<td>–</td>`
  const width = longestMs === 0 ? 0 : Math.round((1000 * ms) / longestMs) / 10
  return markup`<td><span class="timed"><span class="ms">${duration(ms)}</span><span class="track"><span class="bar" style="width:${width}%"></span></span></span></td>`
}
