import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Report } from '../data.ts'
import { count, duration } from '../format.ts'
import {
  faults,
  longestWritePauseMs,
  pauseSentence,
  paymentsSentence,
  reproduceCommand,
} from '../headline.ts'

/** The answer in five seconds: the word, the sentence, the figures; and, on `fail`, why. */
export function verdictSection(report: Report): Markup {
  const { verdict, payments } = report
  const pause = longestWritePauseMs(report)
  return markup`<section class="verdict ${verdict}" aria-label="Verdict">
<p class="word">${sign(verdict)}${verdict === 'pass' ? 'PASS' : 'FAIL'}</p>
<p class="sentence">${paymentsSentence(report)}<br>${pauseSentence(report)}</p>
</section>
${verdict === 'fail' && why(report)}
<dl class="figures">
${figure('acknowledged', count(payments.acknowledged), `of ${count(payments.attempted)} attempted`)}
${faults(report).map((fault) => figure(fault.name, count(fault.count), fault.meaning, fault.count > 0))}
${figure('ledger balanced', report.ledger.balanced ? 'yes' : 'no', 'its entries must sum to zero', !report.ledger.balanced)}
${figure('write pause', pause === undefined ? 'none' : duration(pause), 'the longest of any write, start to acknowledgement')}
</dl>`
}

function why(report: Report): Markup {
  return markup`<section class="why"><h2>Why</h2>
<ul>${report.verdictReasons.map((reason) => markup`<li>${reason}</li>`)}</ul>
<p>Run it again with the same payments: <code>${reproduceCommand(report)}</code></p></section>`
}

function figure(name: string, value: string, meaning: string, bad = false): Markup {
  return markup`<div class="figure${bad && ' bad'}"><dt>${name}</dt><dd><strong>${value}</strong><span>${meaning}</span></dd></div>`
}

/** A tick or a cross: the verdict must not rest on colour. */
function sign(verdict: Report['verdict']): Markup {
  const path = verdict === 'pass' ? 'M9 21l8 8 15-18' : 'M11 11l18 18M29 11l-18 18'
  return markup`<svg viewBox="0 0 40 40" aria-hidden="true"><path d="${path}"/></svg>`
}
