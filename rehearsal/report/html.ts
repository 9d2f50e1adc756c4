import { document } from '../../page/document.ts'
import { markup } from '../../page/markup.ts'
import type { Report } from './data.ts'
import { duration } from './format.ts'
import { paymentsSentence } from './headline.ts'
import { timeline } from './plots/timeline.ts'
import { environmentSection, skippedSection, utc } from './sections/environment.ts'
import { findingsSection } from './sections/findings.ts'
import { stepsSection } from './sections/steps.ts'
import { switchoversSection } from './sections/switchovers.ts'
import { verdictSection } from './sections/verdict.ts'
import { weightsSection } from './sections/weights.ts'
import { STYLE } from './style.ts'

/** report.html, to be kept as evidence. The same report gives the same text. */
export function reportHtml(report: Report): string {
  const word = report.verdict === 'pass' ? 'PASS' : 'FAIL'
  return document({
    title: `${word} · rehearsal of ${utc(report.startedAt)}`,
    style: STYLE,
    head: markup`<meta name="description" content="${paymentsSentence(report)}">
<link rel="icon" href="${icon(report.verdict)}">`,
    images: 'data:',
    body: markup`<header><h1>Rehearsal of the lift</h1><p>${utc(report.startedAt)} · ${duration(report.durationMs)} · PostgreSQL ${report.source.version} → ${report.target.version} · ${report.rate} payments a second</p></header>
<main>
${verdictSection(report)}
<section class="time"><h2>Over time</h2>
${timeline(report, 'wide')}
${timeline(report, 'narrow')}
</section>
${findingsSection(report)}
<div class="pair">
${switchoversSection(report)}
<div>${weightsSection(report)}${environmentSection(report)}${skippedSection(report)}</div>
</div>
${stepsSection(report)}
</main>`,
  })
}

/** The verdict in the browser's tab, as a shape and a colour. */
function icon(verdict: Report['verdict']): string {
  const shape =
    verdict === 'pass'
      ? '<circle cx="8" cy="8" r="8" fill="#00715a"/><path d="M4 8l3 3 5-6" fill="none" stroke="#fff" stroke-width="2"/>'
      : '<rect width="16" height="16" fill="#b3261e"/><path d="M4 4l8 8M12 4l-8 8" stroke="#fff" stroke-width="2"/>'
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">${shape}</svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
