import type { RecordedResource } from '../preview/recorded.ts'
import type { Json } from '../preview/values.ts'
import type { Architecture, Prices, RateName } from './list.ts'

/** What use is assumed where the price goes by use; the same on both sides, so that a difference is one of price. */
export const assumed = {
  natGb: 100,
  endpointGb: 50,
  balancerCapacity: 2,
  wafMillionRequests: 50,
  databaseGb: 200,
  databaseMillionRequests: 100,
  logGb: 5,
  functionInvocations: 1_000_000,
  functionSeconds: 0.5,
}

/** What one resource costs in a month. */
export interface Cost {
  urn: string
  name: string
  /** US dollars. */
  usd: number
  /** How it comes about: `3 tasks of 1 vCPU, 2 GB`. */
  words: string
  /** By assumed use, in whole or in part. */
  byUse: boolean
  /** Is every price in it looked up? */
  sourced: boolean
}

type Part = { usd: number; words: string; byUse?: boolean; sourced?: boolean }
type Price = (resource: RecordedResource, stack: Stack) => Part | undefined

class Stack {
  readonly prices: Prices
  readonly #byUrn: Map<string, RecordedResource>
  readonly #all: readonly RecordedResource[]

  constructor(resources: readonly RecordedResource[], prices: Prices) {
    this.prices = prices
    this.#all = resources
    this.#byUrn = new Map(resources.map((resource) => [resource.urn, resource]))
  }

  /** Zones in which the stack has subnets. */
  get zones(): number {
    return new Set(this.ofType('aws:ec2/subnet:Subnet').map(({ inputs }) => inputs.availabilityZone)).size
  }

  ofType(type: string): RecordedResource[] {
    return this.#all.filter((resource) => resource.type === type)
  }

  /** The resource of a type that a property takes a value from. */
  behind(
    { propertyDependencies }: RecordedResource,
    property: string,
    type: string,
  ): RecordedResource | undefined {
    return (propertyDependencies[property] ?? [])
      .map((urn) => this.#byUrn.get(urn))
      .find((resource) => resource?.type === type)
  }

  /** Dollars of a rate, and whether it was looked up. */
  rate(name: RateName, count = 1): { usd: number; sourced: boolean } {
    const { usd, sourced, unit } = this.prices.rates[name]
    return { usd: usd * count * (unit.endsWith('hour') ? this.prices.hoursPerMonth : 1), sourced }
  }

  instance(name: string): { usd: number; sourced: boolean } | undefined {
    const host = this.prices.hosts.types.find((type) => type.name === name)
    if (host) return { usd: host.usdPerHour * this.prices.hoursPerMonth, sourced: true }
    const known = this.prices.instances[name]
    return known && { usd: known.usd * this.prices.hoursPerMonth, sourced: known.sourced }
  }
}

const number = (value: Json | undefined, otherwise = 0) => (value === undefined ? otherwise : Number(value))
const object = (value: Json | undefined) => (value ?? {}) as Record<string, Json>
const list = (value: Json | undefined) => (Array.isArray(value) ? value : [])
const sum = (...parts: { usd: number; sourced: boolean }[]) => ({
  usd: parts.reduce((total, { usd }) => total + usd, 0),
  sourced: parts.every(({ sourced }) => sourced),
})

const taskCost: Price = (service, stack) => {
  const { inputs } = service
  if (inputs.launchType !== 'FARGATE') return undefined
  const task = stack.behind(service, 'taskDefinition', 'aws:ecs/taskDefinition:TaskDefinition')
  if (!task) return undefined
  const scaled = stack
    .ofType('aws:appautoscaling/target:Target')
    .find((target) => String(target.inputs.resourceId).endsWith(`/${inputs.name}`))
  const tasks = number(scaled?.inputs.minCapacity ?? inputs.desiredCount, 1)
  const [vcpu, gb] = [number(task.inputs.cpu) / 1024, number(task.inputs.memory) / 1024]
  const architecture: Architecture =
    object(task.inputs.runtimePlatform).cpuArchitecture === 'ARM64' ? 'arm64' : 'x86_64'
  const { vcpuHour, gbHour } = stack.prices.fargate[architecture]
  const usd = tasks * stack.prices.hoursPerMonth * (vcpu * vcpuHour.usd + gb * gbHour.usd)
  return { usd, words: `${tasks} tasks of ${vcpu} vCPU, ${gb} GB` }
}

const functionCost: Price = ({ inputs }, { prices }) => {
  const gb = number(inputs.memorySize, 128) / 1024
  const architecture: Architecture = String(list(inputs.architectures)[0]) === 'arm64' ? 'arm64' : 'x86_64'
  const gbSeconds = assumed.functionInvocations * assumed.functionSeconds * gb
  const usd =
    (assumed.functionInvocations / 1e6) * prices.lambda.requestsPerMillion.usd +
    gbSeconds * prices.lambda.gbSecond[architecture].tiers[0]!.usd
  return {
    usd,
    words: `1 million calls of ${assumed.functionSeconds} s with ${number(inputs.memorySize, 128)} MB`,
    byUse: true,
  }
}

const hostCost: Price = (group, stack) => {
  const template = stack.behind(group, 'launchTemplate', 'aws:ec2/launchTemplate:LaunchTemplate')
  const type = String(template?.inputs.instanceType ?? '')
  const price = stack.instance(type)
  if (!template || !price) return undefined
  const disks = list(template.inputs.blockDeviceMappings).map((disk) =>
    number(object(object(disk).ebs).volumeSize),
  )
  const gb = disks.reduce((total, size) => total + size, 0)
  const hosts = number(group.inputs.minSize)
  const usd = hosts * (price.usd + gb * stack.prices.hosts.volumeGbMonth.usd)
  return { usd, words: `${hosts} hosts ${type} with ${gb} GB`, sourced: price.sourced }
}

const searchCost: Price = ({ inputs }, stack) => {
  const { instanceCount, instanceType } = object(inputs.clusterConfig)
  const price = stack.instance(String(instanceType))
  if (!price) return undefined
  const [nodes, gb] = [number(instanceCount, 1), number(object(inputs.ebsOptions).volumeSize)]
  const disk = stack.rate('searchGbMonth', gb)
  return {
    ...sum({ ...price, usd: price.usd * nodes }, { ...disk, usd: disk.usd * nodes }),
    words: `${nodes} nodes ${instanceType} with ${gb} GB`,
  }
}

const prices: Record<string, Price> = {
  'aws:ec2/natGateway:NatGateway': (_nat, stack) => ({
    ...sum(stack.rate('natGatewayHour'), stack.rate('natGatewayGb', assumed.natGb)),
    words: `a NAT gateway, ${assumed.natGb} GB`,
    byUse: true,
  }),
  'aws:ec2/eip:Eip': (_eip, stack) => ({ ...stack.rate('publicAddressHour'), words: 'a public address' }),
  'aws:lb/loadBalancer:LoadBalancer': ({ inputs }, stack) => {
    const network = inputs.loadBalancerType === 'network'
    const addresses = inputs.internal === true ? 0 : stack.zones
    return {
      ...sum(
        stack.rate(network ? 'nlbHour' : 'albHour'),
        stack.rate(network ? 'nlbCapacityHour' : 'albCapacityHour', assumed.balancerCapacity),
        stack.rate('publicAddressHour', addresses),
      ),
      words: `${network ? 'a network' : 'an application'} balancer${addresses ? `, ${addresses} public addresses` : ''}`,
      byUse: true,
    }
  },
  'aws:ec2/vpcEndpoint:VpcEndpoint': ({ inputs }, stack) =>
    inputs.vpcEndpointType === 'Interface'
      ? {
          ...sum(
            stack.rate('interfaceEndpointHour', stack.zones),
            stack.rate('interfaceEndpointGb', assumed.endpointGb),
          ),
          words: `an endpoint in ${stack.zones} zones`,
          byUse: true,
        }
      : undefined,
  'aws:rds/clusterInstance:ClusterInstance': ({ inputs }, stack) => {
    const price = stack.instance(String(inputs.instanceClass))
    return price && { ...price, words: `a database instance ${inputs.instanceClass}` }
  },
  'aws:rds/cluster:Cluster': (_cluster, stack) => ({
    ...sum(
      stack.rate('auroraGbMonth', assumed.databaseGb),
      stack.rate('auroraMillionRequests', assumed.databaseMillionRequests),
    ),
    words: `${assumed.databaseGb} GB, ${assumed.databaseMillionRequests} million requests to storage`,
    byUse: true,
  }),
  'aws:ecs/service:Service': taskCost,
  'aws:lambda/function:Function': functionCost,
  'aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig': ({ inputs }, stack) => ({
    ...stack.rate('provisionedGbHour', number(inputs.provisionedConcurrentExecutions)),
    words: `${inputs.provisionedConcurrentExecutions} warm instances of 1 GB`,
    byUse: true,
  }),
  'aws:autoscaling/group:Group': hostCost,
  'aws:opensearch/domain:Domain': searchCost,
  'aws:kms/key:Key': (_key, stack) => ({ ...stack.rate('kmsKeyMonth'), words: 'a key' }),
  'aws:secretsmanager/secret:Secret': (_secret, stack) => ({
    ...stack.rate('secretMonth'),
    words: 'a secret',
  }),
  'aws:wafv2/webAcl:WebAcl': ({ inputs }, stack) => ({
    ...sum(
      stack.rate('wafAclMonth'),
      stack.rate('wafRuleMonth', list(inputs.rules).length),
      stack.rate('wafMillionRequests', assumed.wafMillionRequests),
    ),
    words: `${list(inputs.rules).length} rules, ${assumed.wafMillionRequests} million requests`,
    byUse: true,
  }),
  'aws:cloudwatch/metricAlarm:MetricAlarm': (_alarm, stack) => ({
    ...stack.rate('alarmMonth'),
    words: 'an alarm',
  }),
  'aws:cloudwatch/dashboard:Dashboard': (_board, stack) => ({
    ...stack.rate('dashboardMonth'),
    words: 'a dashboard',
  }),
  'aws:cloudwatch/logGroup:LogGroup': ({ inputs }, stack) => {
    const days = number(inputs.retentionInDays, 3650) || 3650
    return {
      ...sum(
        stack.rate('logIngestGb', assumed.logGb),
        stack.rate('logStoreGbMonth', (assumed.logGb * days) / 30),
      ),
      words: `${assumed.logGb} GB a month, kept ${days === 3650 ? 'for ever (counted as ten years)' : `${days} days`}`,
      byUse: true,
    }
  },
  'aws:route53/zone:Zone': (_zone, stack) => ({ ...stack.rate('hostedZoneMonth'), words: 'a zone' }),
  'aws:ec2/vpnConnection:VpnConnection': (_vpn, stack) => ({
    ...stack.rate('vpnConnectionHour'),
    words: 'a VPN',
  }),
}

/** What a stack costs in a month, resource by resource; those whose price nobody knows are missing. */
export function stackCosts(resources: readonly RecordedResource[], list: Prices): Cost[] {
  const stack = new Stack(resources, list)
  return resources.flatMap((resource) => {
    const part = prices[resource.type.replace('aws:alb/', 'aws:lb/')]?.(resource, stack)
    return part ? [{ byUse: false, sourced: true, ...part, urn: resource.urn, name: resource.name }] : []
  })
}
