import { createHash } from 'node:crypto'
import type { WireObject } from './stand-in/wire.ts'

/** How the AWS provider names a resource that was given no name. */
export interface NameRule {
  /** The input that holds the name. Default: `name`. */
  property?: string
  /** Default: 255 characters. */
  maxLength?: number
  lower?: boolean
  prefix?: string
}

/**
 * The types that are named by themselves, and where the provider departs from «the input `name`, at most 255
 * characters» (pulumi-aws, provider/resources.go).
 */
const rules: Record<string, NameRule> = {
  'aws:alb/loadBalancer:LoadBalancer': { maxLength: 32 },
  'aws:alb/targetGroup:TargetGroup': { maxLength: 32 },
  'aws:appautoscaling/policy:Policy': {},
  'aws:autoscaling/group:Group': {},
  'aws:backup/plan:Plan': {},
  'aws:backup/selection:Selection': {},
  'aws:backup/vault:Vault': {},
  'aws:budgets/budget:Budget': {},
  'aws:cloudwatch/eventRule:EventRule': { maxLength: 64 },
  'aws:cloudwatch/logGroup:LogGroup': { maxLength: 512 },
  'aws:cloudwatch/logMetricFilter:LogMetricFilter': {},
  'aws:cloudwatch/logStream:LogStream': {},
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': { maxLength: 512 },
  'aws:cloudwatch/metricAlarm:MetricAlarm': {},
  'aws:cloudwatch/queryDefinition:QueryDefinition': {},
  'aws:costexplorer/anomalyMonitor:AnomalyMonitor': {},
  'aws:costexplorer/anomalySubscription:AnomalySubscription': {},
  'aws:dynamodb/table:Table': {},
  'aws:ec2/launchTemplate:LaunchTemplate': { maxLength: 125 },
  'aws:ec2/securityGroup:SecurityGroup': {},
  'aws:ecr/repository:Repository': { maxLength: 256, lower: true },
  'aws:ecs/capacityProvider:CapacityProvider': {},
  'aws:ecs/cluster:Cluster': {},
  'aws:ecs/service:Service': {},
  'aws:iam/instanceProfile:InstanceProfile': { maxLength: 128 },
  'aws:iam/policy:Policy': { maxLength: 128 },
  'aws:iam/role:Role': { maxLength: 64 },
  'aws:iam/rolePolicy:RolePolicy': { maxLength: 128 },
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': { maxLength: 64 },
  'aws:kms/alias:Alias': { prefix: 'alias/' },
  'aws:lambda/alias:Alias': {},
  'aws:lambda/function:Function': { maxLength: 64 },
  'aws:lb/loadBalancer:LoadBalancer': { maxLength: 32 },
  'aws:lb/targetGroup:TargetGroup': { maxLength: 32 },
  'aws:opensearch/domain:Domain': { property: 'domainName', maxLength: 28, lower: true },
  'aws:rds/cluster:Cluster': { property: 'clusterIdentifier', maxLength: 63, lower: true },
  'aws:rds/clusterInstance:ClusterInstance': { property: 'identifier', maxLength: 63, lower: true },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': { lower: true },
  'aws:rds/instance:Instance': { property: 'identifier', maxLength: 63, lower: true },
  'aws:rds/parameterGroup:ParameterGroup': { lower: true },
  'aws:rds/subnetGroup:SubnetGroup': { lower: true },
  'aws:s3/bucket:Bucket': { property: 'bucket', maxLength: 63, lower: true },
  'aws:scheduler/schedule:Schedule': { maxLength: 64 },
  'aws:scheduler/scheduleGroup:ScheduleGroup': { maxLength: 64 },
  'aws:secretsmanager/secret:Secret': { maxLength: 512 },
  'aws:sns/topic:Topic': { maxLength: 256 },
  'aws:sqs/queue:Queue': { maxLength: 80 },
  'aws:ssm/parameter:Parameter': {},
  'aws:wafv2/webAcl:WebAcl': { maxLength: 128 },
}

/** Undefined: not in the list. */
export const nameRule = (token: string): NameRule | undefined => rules[token]

const endOf = (inputs: WireObject): string =>
  inputs.fifoQueue === true || inputs.fifoTopic === true ? '.fifo' : ''
const suffixLength = 7

export interface Named {
  property: string
  name: string
  /** What is wrong with it: too long, by a rule of AWS. */
  problem: string | undefined
}

/** The name made from a logical one: it, a hyphen, seven hexadecimal digits. The same seed gives the same name. */
export function nameFor(rule: NameRule, logicalName: string, inputs: WireObject, seed: string): Named {
  const { property = 'name', maxLength = 255, lower = false, prefix = '' } = rule
  const digits = createHash('sha256').update(seed).digest('hex').slice(0, suffixLength)
  const stem = `${prefix}${lower ? logicalName.toLowerCase() : logicalName}`
  const name = `${stem}-${digits}${endOf(inputs)}`
  const longest = maxLength - (name.length - stem.length) - prefix.length
  const problem =
    name.length <= maxLength
      ? undefined
      : `the name ${stem} and ${suffixLength} random characters are longer than ${maxLength}; give a logical name of at most ${longest}, or a physical one`
  return { property, name, problem }
}
