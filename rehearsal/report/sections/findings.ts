import type { Finding, FindingKind, Report } from '../data.ts'
import { count, moment } from '../format.ts'
import type { Markup } from '../markup.ts'
import { markup } from '../markup.ts'

const KINDS: readonly { kind: FindingKind; name: string }[] = [
  { kind: 'lost', name: 'lost' },
  { kind: 'duplicated', name: 'doubled' },
  { kind: 'misposted', name: 'misposted' },
  { kind: 'failed', name: 'failed' },
]

/** Every payment the judge named; nothing when there is none. */
export function findingsSection({ findings, payments }: Report): Markup | false {
  if (KINDS.every(({ kind }) => findings[kind].length === 0)) return false
  const rows = KINDS.flatMap(({ kind, name }) => [
    ...findings[kind].map((finding) => row(name, finding)),
    payments[kind] > findings[kind].length &&
      markup`<tr><td>${name}</td><td colspan="3">and ${count(payments[kind] - findings[kind].length)} more, not listed</td></tr>`,
  ])
  return markup`<section><h2>Payments gone wrong</h2><div class="scroll"><table>
<thead><tr><th scope="col">Fault</th><th scope="col">Payment</th><th scope="col" class="number">Sent at</th><th scope="col">What was found</th></tr></thead>
<tbody>${rows}</tbody></table></div></section>`
}

function row(name: string, { paymentId, detail, atMs }: Finding): Markup {
  return markup`<tr><td>${name}</td><td><code>${paymentId}</code></td><td class="number">${atMs === undefined ? '–' : moment(atMs)}</td><td>${detail}</td></tr>`
}
