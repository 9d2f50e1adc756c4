/** Which inputs replace a resource when they change. A type that is not in the table is refused: review it first. */

import table from './data/replacements.json' with { type: 'json' }
import { hasUnknown, type WireObject } from './wire.ts'

/** The aliases of one resource: `aws:alb/…` and `aws:lb/…` are the same. */
export const canonical = (token: string): string => token.replace(/^aws:alb\//, 'aws:lb/')

const types: Record<string, string[] | undefined> = table.types

/** True when the type's row has been reviewed. */
export const isReviewed = (token: string): boolean => types[canonical(token)] !== undefined

/** Paths without indices; one covers everything under it. */
export const replacedOn = (token: string): readonly string[] => {
  const row = types[canonical(token)]
  if (row === undefined)
    throw new Error(
      `${token}: what replaces it has not been reviewed; add it to engine/stand-in/data/cloudformation-names.json and run scripts/make-engine-tables.ts`,
    )
  return row
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const present = (value: unknown): boolean => (value ?? null) !== null

/** Replacements that depend on the values, not only on which input changes. Inputs are plain. */
export const replacedByValues = (token: string, old: WireObject, now: WireObject): string[] => {
  switch (canonical(token)) {
    case 'aws:lb/loadBalancer:LoadBalancer': {
      if (old.loadBalancerType !== 'network') return []
      const hadGroups = list(old.securityGroups).length > 0
      // Not known yet, as a whole or in part: only the `up` can tell.
      const lost =
        !hasUnknown(now.subnets) && list(old.subnets).some((subnet) => !list(now.subnets).includes(subnet))
      return [
        ...(hasUnknown(now.securityGroups) || hadGroups === list(now.securityGroups).length > 0
          ? []
          : ['securityGroups']),
        ...(lost ? ['subnets'] : []),
      ]
    }
    case 'aws:opensearch/domain:Domain':
      return present(old.vpcOptions) === present(now.vpcOptions) ? [] : ['vpcOptions']
    default:
      return []
  }
}
