/** Gives a resource the name that the AWS provider would give it: its Pulumi name, a hyphen, seven hexadecimal digits. */

import { createHash } from 'node:crypto'
import { resourceType } from '../schema/aws-types.ts'
import type { Failure } from './check-inputs.ts'
import type { WireObject } from './wire.ts'

interface Rule {
  property: string
  maxLength: number
  lower?: boolean
  prefix?: string
  suffix?: (inputs: WireObject) => string
}

const fifo = (inputs: WireObject): string =>
  inputs.fifoQueue === true || inputs.fifoTopic === true ? '.fifo' : ''

/** Where the provider departs from «the input `name`, at most 255 characters» (pulumi-aws, provider/resources.go). */
const rules: Record<string, Partial<Rule>> = {
  'aws:alb/loadBalancer:LoadBalancer': { maxLength: 32 },
  'aws:alb/targetGroup:TargetGroup': { maxLength: 32 },
  'aws:lb/loadBalancer:LoadBalancer': { maxLength: 32 },
  'aws:lb/targetGroup:TargetGroup': { maxLength: 32 },
  'aws:iam/role:Role': { maxLength: 64 },
  'aws:iam/policy:Policy': { maxLength: 128 },
  'aws:iam/instanceProfile:InstanceProfile': { maxLength: 128 },
  'aws:kms/alias:Alias': { prefix: 'alias/' },
  'aws:lambda/function:Function': { maxLength: 64 },
  'aws:rds/cluster:Cluster': { property: 'clusterIdentifier', maxLength: 63, lower: true },
  'aws:rds/clusterInstance:ClusterInstance': { property: 'identifier', maxLength: 63, lower: true },
  'aws:rds/instance:Instance': { property: 'identifier', maxLength: 63, lower: true },
  'aws:rds/subnetGroup:SubnetGroup': { lower: true },
  'aws:rds/parameterGroup:ParameterGroup': { lower: true },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': { lower: true },
  'aws:s3/bucket:Bucket': { property: 'bucket', maxLength: 63, lower: true },
  'aws:s3/bucketV2:BucketV2': { property: 'bucket', maxLength: 63, lower: true },
  'aws:sqs/queue:Queue': { maxLength: 80, suffix: fifo },
  'aws:sns/topic:Topic': { maxLength: 256, suffix: fifo },
  'aws:opensearch/domain:Domain': { property: 'domainName', maxLength: 28, lower: true },
  'aws:scheduler/schedule:Schedule': { maxLength: 64 },
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': { maxLength: 64 },
}

/** Types whose `name` the provider never fills in: the name means something. */
const neverNamed = new Set([
  'aws:route53/record:Record',
  'aws:route53/zone:Zone',
  'aws:ecs/accountSettingDefault:AccountSettingDefault',
])

/** The input that names resources of a type, if it has one. */
export const nameProperty = (token: string): string | undefined => {
  const property = rules[token]?.property ?? 'name'
  return resourceType(token)?.inputs.get(property)?.type.kind === 'string' ? property : undefined
}

/** The inputs with a name, and what is wrong with it. `old` are the inputs the resource has now: a given name stays. */
export const autoname = (
  token: string,
  resourceName: string,
  inputs: WireObject,
  old: WireObject,
  seed: string,
): { inputs: WireObject; failures: Failure[] } => {
  const property = nameProperty(token)
  const given = property === undefined || neverNamed.has(token) || (inputs[property] ?? null) !== null
  if (given || (inputs[`${property}Prefix`] ?? null) !== null) return { inputs, failures: [] }
  if (typeof old[property] === 'string')
    return { inputs: { ...inputs, [property]: old[property] }, failures: [] }
  const rule = rules[token] ?? {}
  const suffix = `-${createHash('sha256').update(seed).digest('hex').slice(0, 7)}${rule.suffix?.(inputs) ?? ''}`
  const stem = `${rule.prefix ?? ''}${rule.lower === true ? resourceName.toLowerCase() : resourceName}`
  const maxLength = rule.maxLength ?? 255
  const failures =
    stem.length + suffix.length <= maxLength
      ? []
      : [
          {
            property,
            reason: `the name ${stem} and 7 random characters are longer than ${maxLength}; give a shorter name`,
          },
        ]
  return { inputs: { ...inputs, [property]: stem + suffix }, failures }
}
