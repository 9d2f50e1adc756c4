import { createHash } from 'node:crypto'
import type { Inputs } from './values.ts'

/**
 * Names that the provider makes up from the logical name when none is given: the argument, its longest length, and
 * whether a suffix is needed. From the auto-naming rules of pulumi-aws.
 */
const rules: Record<string, { argument: string; most: number; lower?: boolean }> = {
  'aws:alb/targetGroup:TargetGroup': { argument: 'name', most: 32 },
  'aws:autoscaling/group:Group': { argument: 'name', most: 255 },
  'aws:cloudwatch/eventRule:EventRule': { argument: 'name', most: 64 },
  'aws:cloudwatch/logGroup:LogGroup': { argument: 'name', most: 512 },
  'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter': { argument: 'name', most: 512 },
  'aws:cloudwatch/metricAlarm:MetricAlarm': { argument: 'name', most: 255 },
  'aws:dynamodb/table:Table': { argument: 'name', most: 255 },
  'aws:ec2/launchTemplate:LaunchTemplate': { argument: 'name', most: 125 },
  'aws:ec2/securityGroup:SecurityGroup': { argument: 'name', most: 255 },
  'aws:ecr/repository:Repository': { argument: 'name', most: 256, lower: true },
  'aws:ecs/capacityProvider:CapacityProvider': { argument: 'name', most: 255 },
  'aws:ecs/cluster:Cluster': { argument: 'name', most: 255 },
  'aws:ecs/service:Service': { argument: 'name', most: 255 },
  'aws:iam/instanceProfile:InstanceProfile': { argument: 'name', most: 128 },
  'aws:iam/policy:Policy': { argument: 'name', most: 128 },
  'aws:iam/role:Role': { argument: 'name', most: 64 },
  'aws:iam/rolePolicy:RolePolicy': { argument: 'name', most: 128 },
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': { argument: 'name', most: 64 },
  'aws:lambda/function:Function': { argument: 'name', most: 64 },
  'aws:lb/loadBalancer:LoadBalancer': { argument: 'name', most: 32 },
  'aws:lb/targetGroup:TargetGroup': { argument: 'name', most: 32 },
  'aws:rds/cluster:Cluster': { argument: 'clusterIdentifier', most: 63, lower: true },
  'aws:rds/clusterInstance:ClusterInstance': { argument: 'identifier', most: 63, lower: true },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': { argument: 'name', most: 255, lower: true },
  'aws:rds/parameterGroup:ParameterGroup': { argument: 'name', most: 255, lower: true },
  'aws:rds/subnetGroup:SubnetGroup': { argument: 'name', most: 255, lower: true },
  'aws:s3/bucket:Bucket': { argument: 'bucket', most: 63, lower: true },
  'aws:scheduler/schedule:Schedule': { argument: 'name', most: 64 },
  'aws:scheduler/scheduleGroup:ScheduleGroup': { argument: 'name', most: 64 },
  'aws:secretsmanager/secret:Secret': { argument: 'name', most: 512 },
  'aws:sns/topic:Topic': { argument: 'name', most: 256 },
  'aws:sqs/queue:Queue': { argument: 'name', most: 80 },
  'aws:wafv2/webAcl:WebAcl': { argument: 'name', most: 128 },
}

const suffixLength = 7

/**
 * A resource's inputs with the name the provider would give it in Check; random there, made from the URN here, so
 * that two previews agree. Throws where the provider would: a logical name that leaves no room for the suffix.
 */
export function autonamed(type: string, name: string, urn: string, inputs: Inputs): Inputs {
  const rule = rules[type]
  if (!rule || inputs[rule.argument] !== undefined || inputs[`${rule.argument}Prefix`] !== undefined)
    return inputs
  const base = rule.lower ? name.toLowerCase() : name
  const longest = rule.most - suffixLength - 1
  if (base.length > longest) {
    throw new Error(
      `${name} (${type}): a name made from it would have more than ${rule.most} characters; give it a logical name of at most ${longest}, or a physical one`,
    )
  }
  const suffix = createHash('sha256').update(urn).digest('hex').slice(0, suffixLength)
  return { ...inputs, [rule.argument]: `${base}-${suffix}` }
}
