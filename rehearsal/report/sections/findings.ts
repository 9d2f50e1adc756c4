import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Finding, FindingKind, Report } from '../data.ts'
import { count, moment } from '../format.ts'

const KINDS: readonly { kind: FindingKind; name: string }[] = [
  { kind: 'lost', name: 'lost' },
  { kind: 'duplicated', name: 'doubled' },
  { kind: 'misposted', name: 'misposted' },
  { kind: 'failed', name: 'failed' },
]

/** Rows of a kind that are seen at once; the others unfold. */
const AT_ONCE = 10

/** Every payment the judge named; nothing when there is none. */
export function findingsSection({ findings, payments }: Report): Markup | false {
  const named = KINDS.flatMap(({ kind, name }) => findings[kind].map((finding) => ({ name, finding })))
  if (named.length === 0) return false
  const seen = KINDS.flatMap(({ kind, name }) =>
    findings[kind].slice(0, AT_ONCE).map((finding) => row(name, finding)),
  )
  const folded = KINDS.flatMap(({ kind, name }) =>
    findings[kind].slice(AT_ONCE).map((finding) => row(name, finding)),
  )
  const unnamed = KINDS.filter(({ kind }) => payments[kind] > findings[kind].length).map(
    ({ kind, name }) => `${count(payments[kind] - findings[kind].length)} ${name}`,
  )
  return markup`<section><h2>Payments gone wrong</h2>${table(seen)}
${folded.length > 0 && markup`<details><summary>${count(folded.length)} more, with their names</summary>${table(folded)}</details>`}
${unnamed.length > 0 && markup`<p class="note after">Not listed: ${unnamed.join(', ')} more.</p>`}</section>`
}

function table(rows: readonly Markup[]): Markup {
  return markup`<div class="scroll"><table class="findings">
<thead><tr><th scope="col">Fault</th><th scope="col">Payment</th><th scope="col" class="number">Sent at</th><th scope="col">What was found</th></tr></thead>
<tbody>${rows}</tbody></table></div>`
}

function row(name: string, { paymentId, detail, atMs }: Finding): Markup {
  return markup`<tr><td>${name}</td><td><code>${paymentId}</code></td><td class="number">${atMs === undefined ? '–' : moment(atMs)}</td><td>${detail}</td></tr>`
}
