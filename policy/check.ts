import { allWaivers, type Waiver, waiverFor } from '../components/waivers.ts'
import type { Facts, Resource, Rule } from './rule.ts'
import { rules as allRules } from './rules.ts'

/** A rule that a stack breaks. */
export interface Broken {
  rule: Rule
  /** Name of the resource; empty for the stack itself. */
  name: string
  type: string
  urn: string
  says: string
  /** A waiver that held until a day, and no longer does. */
  expired?: Waiver
}

export interface Judgement {
  broken: Broken[]
  waived: { broken: Broken; waiver: Waiver }[]
}

/** All rules against the resources of a stack, and what breaks them against the waivers that hold on a day. */
export function judge(
  resources: readonly Resource[],
  facts: Facts,
  { today = new Date(), rules = allRules }: { today?: Date; rules?: readonly Rule[] } = {},
): Judgement {
  const judgement: Judgement = { broken: [], waived: [] }
  for (const rule of rules) {
    for (const { resource, says } of rule.check(resources, facts)) {
      const named = { name: resource?.name ?? '', type: resource?.type ?? '' }
      const broken: Broken = { rule, ...named, urn: resource?.urn ?? '', says }
      const waiver = waiverFor(rule.name, named, today)
      const expired = waiver ? undefined : lapsed(rule.name, named)
      if (waiver) judgement.waived.push({ broken, waiver })
      else judgement.broken.push({ ...broken, ...(expired && { expired }) })
    }
  }
  return judgement
}

const lapsed = (rule: string, { name, type }: { name: string; type: string }): Waiver | undefined =>
  allWaivers().find(
    (waiver) => waiver.rule === rule && (waiver.resource === name || waiver.resource === type),
  )

/** What is wrong with what, and what to do: a sentence each. */
export const sentence = ({ name, says, rule, expired }: Broken): string =>
  `${name ? `${name}: ` : ''}${says}. ${rule.mend}${expired ? ` Its waiver ended on ${expired.expires}; ${expired.owner} answers for it.` : ''}`
