import { exposed } from '../exposure.ts'
import type { RecordedResource } from '../recorded.ts'
import { nameOfUrn } from '../urn.ts'
import type { Side } from './side.ts'

/** A way in, or out to the world, in words. */
export interface Way {
  name: string
  words: string
  /** From or to the internet. */
  world: boolean
}

export interface ReachDelta {
  opened: Way[]
  closed: Way[]
}

const inbound = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'

const told = ({ name, inputs, propertyDependencies }: RecordedResource): Way => {
  const { cidrIpv4, cidrIpv6, prefixListId, fromPort, toPort, ipProtocol } = inputs
  const of = (property: string) => (propertyDependencies[property] ?? []).map(nameOfUrn).join(', ')
  const who = String(
    cidrIpv4 ?? cidrIpv6 ?? (prefixListId ? of('prefixListId') : of('referencedSecurityGroupId')),
  )
  const ports =
    fromPort === undefined || ipProtocol === '-1'
      ? 'every port'
      : fromPort === toPort
        ? `port ${fromPort}`
        : `ports ${fromPort}–${toPort}`
  return { name, words: `lets ${who} into ${of('securityGroupId')} on ${ports}`, world: false }
}

/** Every way in that a side opens, besides what is closed in the network anyway. */
function waysOf({ resources }: Pick<Side, 'resources'>): Map<string, Way> {
  const facing = exposed(resources).map(({ name, how }) => ({ name, words: how, world: true }))
  const seen = new Set(facing.map(({ name }) => name))
  const inside = resources.filter(({ type, name }) => type === inbound && !seen.has(name)).map(told)
  return new Map([...facing, ...inside].map((way) => [`${way.name} ${way.words}`, way]))
}

/** What becomes reachable, and what no longer is. */
export function reachDelta(base: Side, head: Side): ReachDelta {
  const [before, after] = [waysOf(base), waysOf(head)]
  const less = (from: Map<string, Way>, other: Map<string, Way>) =>
    [...from].filter(([key]) => !other.has(key)).map(([, way]) => way)
  return { opened: less(after, before), closed: less(before, after) }
}
