import type { Prices } from '../../prices/list.ts'
import { assumed, type Cost, stackCosts } from '../../prices/stack.ts'
import type { Side } from './side.ts'

/** One resource whose cost changes. */
export interface CostChange {
  name: string
  /** US dollars a month, more or less than before. */
  usd: number
  /** What it was, and what it will be; undefined: not there. */
  old?: string | undefined
  now?: string | undefined
  byUse: boolean
  /** How many times as dear one unit of use becomes, where the price goes by use. */
  times?: number
}

export interface CostDelta {
  /** US dollars a month, of what has a price. */
  before: number
  after: number
  changes: CostChange[]
  /** Is every price in it looked up? */
  sourced: boolean
}

export function costDelta(base: Side, head: Side, prices: Prices): CostDelta {
  const [before, after] = [base, head].map(
    ({ resources }) => new Map(stackCosts(resources, prices).map((cost) => [cost.urn, cost])),
  )
  const urns = [...new Set([...before!.keys(), ...after!.keys()])]
  const changed = urns.flatMap((urn) => {
    const [old, now] = [before!.get(urn), after!.get(urn)]
    const usd = (now?.usd ?? 0) - (old?.usd ?? 0)
    if (Math.abs(usd) < 0.005) return []
    return [{ change: changeOf(old, now, usd), sourced: (old?.sourced ?? true) && (now?.sourced ?? true) }]
  })
  const total = (costs: Map<string, Cost>) => [...costs.values()].reduce((sum, { usd }) => sum + usd, 0)
  return {
    before: total(before!),
    after: total(after!),
    changes: changed.map(({ change }) => change).sort((a, b) => Math.abs(b.usd) - Math.abs(a.usd)),
    sourced: changed.every(({ sourced }) => sourced),
  }
}

const changeOf = (old: Cost | undefined, now: Cost | undefined, usd: number): CostChange => ({
  name: (now ?? old)!.name,
  usd,
  old: old?.words,
  now: now?.words,
  byUse: (now ?? old)!.byUse,
  ...(old && now?.byUse && old.usd > 0 && { times: now.usd / old.usd }),
})

/** What the figures rest on, a line each. */
export const assumptions = ({ region, asOf }: Prices): string[] => [
  `List prices of ${region} as of ${asOf}, without taxes, discounts and data transfer; other regions cost up to a fifth more.`,
  `By use, the same on both sides: ${assumed.functionInvocations / 1e6} million calls of ${assumed.functionSeconds} s a function, ` +
    `${assumed.natGb} GB a NAT gateway, ${assumed.databaseGb} GB in the database, ${assumed.logGb} GB a log group and month, ` +
    `${assumed.wafMillionRequests} million requests through the firewall.`,
  'Services count with the fewest tasks and hosts they may have; buckets, queues, tables and images are not counted.',
]
