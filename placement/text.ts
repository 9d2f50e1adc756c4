import type { Prices } from '../prices/list.ts'
import type { Decision } from './decide.ts'
import { places } from './options.ts'
import type { Change } from './what-changes.ts'

export interface Placement extends Decision {
  name: string
  changes: Change[]
}

const columns = 80
const money = (usd: number): string =>
  `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`

/** One paragraph a workload, in 80 columns. */
export function placementText(placements: readonly Placement[], { region, asOf }: Prices): string {
  const foot = `on demand, ${region} ${asOf}; without free tier, load balancer, NAT and logs`
  return `${placements.map(paragraph).join('\n\n')}\n\n${foot}\n`
}

function paragraph({ name, place, rule, options, cautions, changes }: Placement): string {
  const rows = places.flatMap((it) => {
    const { usdPerMonth, size, impossible } = options[it]
    const cost = usdPerMonth === undefined ? '-' : money(usdPerMonth)
    return hang(`${it === place ? '>' : ' '} ${it.padEnd(9)}${cost.padStart(14)}  `, size ?? impossible ?? '')
  })
  return [
    ...hang('', `${name}: ${place}`),
    ...rows,
    ...hang('  why     ', rule),
    ...changes.flatMap((change, index) =>
      hang(index === 0 ? '  else    ' : '          ', `${change.when}: ${change.place}`),
    ),
    ...cautions.flatMap((caution) => hang('  note    ', caution)),
  ].join('\n')
}

function hang(head: string, text: string): string[] {
  const lines: string[] = []
  let line = head
  for (const word of text.split(' ')) {
    const first = line.length === head.length
    if (!first && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = `${' '.repeat(head.length)}${word}`
    } else line += first ? word : ` ${word}`
  }
  return [...lines, line]
}
