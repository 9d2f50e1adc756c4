import { document } from '../page/document.ts'
import { type Markup, markup } from '../page/markup.ts'
import { amount, count, duration, percent, usd } from './format.ts'
import { breakEvenPlot } from './plot-break-even.ts'
import { costPlot } from './plot-cost.ts'
import { durationPlot } from './plot-duration.ts'
import { STYLE } from './style.ts'
import type { FunctionCosts, Summary } from './summary.ts'

const plotted = 12

/** What the functions cost, as a page. */
export function pageHtml(summary: Summary): string {
  const { source, region, pricesAsOf, architecture, rounding, functions, lines, total, notes } = summary
  const top = functions.slice(0, plotted)
  const left = functions.length - top.length
  return document({
    title: `Costs of functions · ${source}`,
    style: STYLE,
    body: markup`<header><h1>What the functions cost</h1><p>${source} · ${count(lines.reports)} reports · prices of ${region}, ${pricesAsOf} · ${architecture} · rounding ${rounding}</p></header>
<main>
<dl class="figures">
${figure('Cost', usd(total.usd))}${figure('After the free tier', usd(total.usdAfterFreeTier))}${figure('Invocations', amount(total.invocations))}${figure('Billed GB-s', amount(total.billedGbSeconds))}${figure('Unreadable reports', count(lines.unreadable))}
</dl>
<section><h2>Cost</h2><p class="note">Light: without the free tier; dark: what is left after it.</p>${left > 0 && markup`<p class="note">The ${plotted} dearest of ${count(functions.length)}; all are in the table.</p>`}
${costPlot(top)}</section>
<section><h2>Duration and cold starts</h2><p class="note">Logarithmic. Bar: p50 to p99; tick: p95; ring: longest; diamonds: init at p50 and p95.</p>
${durationPlot(top)}</section>
<section><h2>Cheaper elsewhere?</h2><p class="note">A month of the dearest function, by invocations, at an even load; both axes logarithmic. Fleets have two at least and are at most 60 % busy.</p>
${top[0] && breakEvenPlot(top[0], summary)}</section>
<section><h2>Every function</h2><div class="scroll"><table>
<thead><tr><th>function</th>${['invocations', 'GB-s', 'cost', 'after free tier', 'p50', 'p95', 'p99', 'max', 'cold', 'init p95', 'timed out', 'Fargate from', 'host from'].map((head) => markup`<th class="number">${head}</th>`)}</tr></thead>
<tbody>${functions.map(row)}</tbody>
</table></div></section>
<section><h2>Memory</h2><div class="scroll"><table>
<thead><tr><th>function</th><th class="number">MB</th><th class="number">used</th><th class="number">best</th><th>why</th></tr></thead>
<tbody>${functions.map(({ name, memory: it }) => markup`<tr><th>${name}</th><td class="number">${it.currentMb}</td><td class="number">${it.maxMemoryUsedMb}</td><td class="number">${it.cheapestMb ?? '?'}</td><td>${it.reason}</td></tr>`)}</tbody>
</table></div></section>
${lines.unreadable > 0 && markup`<section><h2>Unreadable reports</h2><ul>${lines.firstUnreadable.map(({ where, text }) => markup`<li>${where}: <code>${text}</code></li>`)}</ul></section>`}
${notes.length > 0 && markup`<section><h2>Notes</h2><ul>${notes.map((note) => markup`<li>${note}</li>`)}</ul></section>`}
</main>`,
  })
}

const figure = (name: string, value: string): Markup =>
  markup`<div class="figure"><dt>${name}</dt><dd><strong>${value}</strong></dd></div>`

function row(it: FunctionCosts): Markup {
  const { fargate, host } = it.breakEven
  const from = (point: typeof fargate) =>
    point === undefined
      ? 'too large'
      : point.invocationsPerMonth === undefined
        ? 'never'
        : amount(point.invocationsPerMonth)
  const numbers = [
    amount(it.invocations),
    amount(it.billedGbSeconds),
    usd(it.usd),
    usd(it.usdAfterFreeTier),
    ...[it.duration.p50Ms, it.duration.p95Ms, it.duration.p99Ms, it.duration.maxMs].map(duration),
    percent(it.coldStartShare),
    it.init ? duration(it.init.p95Ms) : '-',
    count(it.timeouts),
    from(fargate),
    from(host),
  ]
  return markup`<tr><th>${it.name}</th>${numbers.map((number) => markup`<td class="number">${number}</td>`)}</tr>`
}
