/** Load balancers, target groups and listeners (ELB v2 API reference, quotas and user guides). */

import { given, isKnown, object, objects, type Rule, refuseIf, strings, within } from './rule.ts'

const shortName: Rule = ({ name }) =>
  refuseIf(
    isKnown(name) && !/^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/.test(String(name)),
    'name',
    `must be at most 32 letters, digits and hyphens, with no hyphen at an edge; is «${name}»`,
  )

const loadBalancer: Rule = (inputs) => {
  const network = inputs.loadBalancerType === 'network'
  return [
    ...refuseIf(
      network && given(inputs.dropInvalidHeaderFields),
      'dropInvalidHeaderFields',
      'is for application load balancers',
    ),
    ...refuseIf(
      !network && Array.isArray(inputs.subnets) && inputs.subnets.length < 2,
      'subnets',
      'an application load balancer needs subnets in two zones',
    ),
    ...within(inputs, 'idleTimeout', 1, 4000),
  ]
}

const privateBlocks = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16']
const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const inside = (ip: string, block: string): boolean => {
  const [base, bits] = block.split('/') as [string, string]
  const size = 2 ** (32 - Number(bits))
  return Math.floor(number(ip) / size) === Math.floor(number(base) / size)
}

const attachment: Rule = ({ targetId, availabilityZone }) => {
  const ip = isKnown(targetId) && /^\d+(\.\d+){3}$/.test(String(targetId)) ? String(targetId) : undefined
  return [
    ...refuseIf(
      ip !== undefined && !privateBlocks.some((block) => inside(ip, block)),
      'targetId',
      `an IP target must be in the VPC or in ${privateBlocks.join(', ')}; is ${ip}`,
    ),
    ...refuseIf(
      isKnown(availabilityZone) &&
        availabilityZone !== 'all' &&
        !/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/.test(String(availabilityZone)),
      'availabilityZone',
      'must be a zone, or all for a target outside the VPC',
    ),
  ]
}

const targetGroup: Rule = ({ healthCheck, targetType, port, protocol, deregistrationDelay }) => {
  const check = object(healthCheck)
  return [
    ...refuseIf(
      targetType !== 'lambda' && (!given(port) || !given(protocol)),
      given(port) ? 'protocol' : 'port',
      'is needed unless the target is a function',
    ),
    ...refuseIf(
      typeof check.timeout === 'number' &&
        typeof check.interval === 'number' &&
        check.timeout >= check.interval,
      'healthCheck.timeout',
      'must be shorter than the interval',
    ),
    ...refuseIf(
      isKnown(deregistrationDelay) && Number(deregistrationDelay) > 3600,
      'deregistrationDelay',
      'is at most 3600 s',
    ),
  ]
}

const actions = (path: string, list: ReturnType<typeof objects>) =>
  list.flatMap((action, i) => {
    const groups = objects(object(action.forward).targetGroups)
    const at = `${path}[${i}].forward.targetGroups`
    return [
      ...refuseIf(groups.length > 5, at, 'a forward action has at most 5 target groups'),
      ...groups.flatMap(({ weight }, j) =>
        refuseIf(
          typeof weight === 'number' && (weight < 0 || weight > 999 || !Number.isInteger(weight)),
          `${at}[${j}].weight`,
          `must be a whole number from 0 to 999, is ${weight}`,
        ),
      ),
    ]
  })

const listener: Rule = (inputs) => {
  const tls = inputs.protocol === 'HTTPS' || inputs.protocol === 'TLS'
  return [
    ...actions('defaultActions', objects(inputs.defaultActions)),
    ...refuseIf(
      tls && !given(inputs.certificateArn),
      'certificateArn',
      `a ${inputs.protocol} listener needs a certificate`,
    ),
    ...refuseIf(!tls && given(inputs.sslPolicy), 'sslPolicy', 'is for HTTPS and TLS listeners'),
    ...refuseIf(
      inputs.protocol === 'TLS' &&
        given(inputs.tcpIdleTimeoutSeconds) &&
        inputs.tcpIdleTimeoutSeconds !== 350,
      'tcpIdleTimeoutSeconds',
      'is 350 s, fixed, for TLS listeners',
    ),
    ...within(inputs, 'tcpIdleTimeoutSeconds', 60, 6000),
  ]
}

const listenerRule: Rule = (inputs) => [
  ...actions('actions', objects(inputs.actions)),
  ...within(inputs, 'priority', 1, 50_000),
  ...refuseIf(strings(inputs.conditions).length > 5, 'conditions', 'a rule has at most 5 conditions'),
]

export const loadBalancing: Record<string, Rule[]> = {
  'aws:lb/loadBalancer:LoadBalancer': [shortName, loadBalancer],
  'aws:lb/targetGroup:TargetGroup': [shortName, targetGroup],
  'aws:lb/targetGroupAttachment:TargetGroupAttachment': [attachment],
  'aws:lb/listener:Listener': [listener],
  'aws:lb/listenerRule:ListenerRule': [listenerRule],
}
