import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Report, Step } from '../data.ts'
import { clock, duration, percent } from '../format.ts'
import type { RunbookSpan } from '../spans.ts'
import { runbookSpans, stepName } from '../spans.ts'

/** Twice as long as the runbook says is worth a look; below this it is the machine's own jitter. */
const SLOW_FACTOR = 2
const SLOW_LEAST_MS = 50

/** Every step of every runbook with its timing, a table a run of a runbook. */
export function stepsSection({ steps }: Report): Markup {
  const spans = runbookSpans(steps)
  if (spans.length === 0) return markup`<section><h2>Steps</h2><p>No step ran.</p></section>`
  return markup`<section><h2>Steps</h2>
<p class="note">A bar shows when in its runbook a step ran.${steps.some(slow) && ' ▲ marks one that took more than twice as long as the runbook says.'}</p>
<div class="cards">${spans.map(card)}</div></section>`
}

function card(span: RunbookSpan): Markup {
  return markup`<table class="steps"><caption>${span.runbook} <span>at ${clock(span.startMs)}, ${duration(span.endMs - span.startMs)}</span></caption>
<thead><tr><th scope="col">Step</th><th scope="col" class="number">Took</th><th scope="col" class="number">Expected</th><th scope="col" class="when"><span class="hidden">When</span></th></tr></thead>
<tbody>${span.steps.map((step) => row(step, span))}</tbody></table>`
}

function row(step: Step, span: RunbookSpan): Markup {
  const { outcome, durationMs, expectedMs } = step
  const lengthMs = span.endMs - span.startMs || 1
  const left = percentOf(step.startMs - span.startMs, lengthMs)
  const width = percentOf(durationMs, lengthMs)
  return markup`<tr class="${outcome}"><th scope="row">${stepName(step)}${outcome !== 'done' && markup` <em>${outcome}</em>`}</th><td class="number">${slow(step) && markup`<span class="slow" title="slower than the runbook says">▲</span> `}${duration(durationMs)}</td><td class="number">${expectedMs === undefined ? '–' : duration(expectedMs)}</td><td class="when"><span class="gantt" aria-hidden="true" title="${percent(width)} of the runbook"><span style="left:${left}%;width:${width}%"></span></span></td></tr>`
}

export function slow({ durationMs, expectedMs }: Step): boolean {
  return (
    expectedMs !== undefined &&
    durationMs > SLOW_FACTOR * expectedMs &&
    durationMs - expectedMs > SLOW_LEAST_MS
  )
}

function percentOf(part: number, whole: number): number {
  return Math.round((1000 * Math.max(0, part)) / whole) / 10
}
