import { exposed } from '../../preview/exposure.ts'
import type { RecordedResource } from '../../preview/recorded.ts'
import { ofType, refers } from '../find.ts'
import type { Resource, Rule } from '../rule.ts'

/** What of the world's ways in is meant: a balancer behind a firewall, its one rule, and NAT, which lets nothing in. */
function isMeant(resource: Resource, resources: readonly Resource[]): boolean {
  if (/:(Eip|NatGateway)$/.test(resource.type)) return true
  if (resource.type.endsWith(':LoadBalancer')) {
    return ofType(resources, 'aws:wafv2/webAclAssociation:WebAclAssociation').some((each) =>
      refers(each, 'resourceArn', resource),
    )
  }
  const { fromPort, toPort, ipProtocol } = resource.inputs
  return (
    resource.type.endsWith(':SecurityGroupIngressRule') &&
    ipProtocol === 'tcp' &&
    Number(fromPort) === 443 &&
    Number(toPort) === 443 &&
    protectsBalancer(resource, resources)
  )
}

/** Does the rule open the group of a public balancer, and no other? */
const protectsBalancer = (rule: Resource, resources: readonly Resource[]): boolean => {
  const groups = rule.propertyDependencies.securityGroupId ?? []
  return ofType(resources, 'aws:lb/loadBalancer:LoadBalancer').some(
    ({ inputs, propertyDependencies }) =>
      inputs.internal !== true &&
      groups.some((urn) => (propertyDependencies.securityGroups ?? []).includes(urn)),
  )
}

const publicExposure: Rule = {
  name: 'no-public-exposure',
  level: 'mandatory',
  lesson: 'What the internet can reach is tried within minutes; only the front door is built for that.',
  mend: 'Keep it in private subnets and let the front door stand before it.',
  check: (resources) => {
    const byUrn = new Map(resources.map((resource) => [resource.urn, resource]))
    return exposed(resources as RecordedResource[]).flatMap(({ urn, how }) => {
      const resource = byUrn.get(urn)!
      return isMeant(resource, resources) ? [] : [{ resource, says: how }]
    })
  },
}

const functionInNetwork: Rule = {
  name: 'function-stays-in-network',
  level: 'mandatory',
  lesson:
    'A function outside the network reaches neither the pooler nor the database, and the internet without a log.',
  mend: 'Make it with VpcFunction, or set vpcConfig.',
  check: (resources) =>
    ofType(resources, 'aws:lambda/function:Function')
      .filter(({ inputs }) => !inputs.vpcConfig)
      .map((resource) => ({ resource, says: 'runs outside the network' })),
}

export const networkRules: Rule[] = [publicExposure, functionInNetwork]
