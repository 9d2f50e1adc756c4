/** The id and ARN that AWS would give a resource, in AWS's own shapes. */

import { createHash } from 'node:crypto'
import { nameProperty } from './autoname.ts'
import { plain, type WireObject } from './wire.ts'

export interface Place {
  region: string
  accountId: string
}

export interface Identity {
  id: string
  arn: string
}

/** `count` hexadecimal digits that depend only on `seed`. */
export const hex = (seed: string, count: number): string =>
  createHash('sha256').update(seed).digest('hex').slice(0, count)

interface Named extends Place {
  name: string
  seed: string
  inputs: WireObject
}

const numbered = (prefix: string, kind: string) => (n: Named) => {
  const id = `${prefix}-0${hex(n.seed, 16)}`
  return { id, arn: `arn:aws:ec2:${n.region}:${n.accountId}:${kind}/${id}` }
}

const arnOf =
  (service: string, resource: (n: Named) => string, id: 'arn' | 'name' = 'arn') =>
  (n: Named): Identity => {
    const arn = `arn:aws:${service}:${n.region}:${n.accountId}:${resource(n)}`
    return { id: id === 'arn' ? arn : n.name, arn }
  }

const iam = (kind: string, id: 'arn' | 'name') => (n: Named) => {
  const path = typeof n.inputs.path === 'string' ? n.inputs.path : '/'
  const arn = `arn:aws:iam::${n.accountId}:${kind}${path}${n.name}`
  return { id: id === 'arn' ? arn : n.name, arn }
}

const uuid = (seed: string) => hex(seed, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** «app» or «net», then the name: how load balancer ARNs begin. */
const balancer = (n: Named) =>
  `loadbalancer/${n.inputs.loadBalancerType === 'network' ? 'net' : 'app'}/${n.name}/${hex(n.seed, 16)}`

const targetGroup = arnOf('elasticloadbalancing', (n) => `targetgroup/${n.name}/${hex(n.seed, 16)}`)
const loadBalancer = arnOf('elasticloadbalancing', balancer)
const listener = (n: Named): Identity => {
  const arn = `${text(n.inputs.loadBalancerArn).replace(':loadbalancer/', ':listener/')}/${hex(n.seed, 16)}`
  return { id: arn, arn }
}
const bucket = (n: Named): Identity => ({ id: n.name, arn: `arn:aws:s3:::${n.name}` })

const identities: Record<string, (n: Named) => Identity> = {
  'aws:ec2/vpc:Vpc': numbered('vpc', 'vpc'),
  'aws:ec2/subnet:Subnet': numbered('subnet', 'subnet'),
  'aws:ec2/securityGroup:SecurityGroup': numbered('sg', 'security-group'),
  'aws:ec2/internetGateway:InternetGateway': numbered('igw', 'internet-gateway'),
  'aws:ec2/natGateway:NatGateway': numbered('nat', 'natgateway'),
  'aws:ec2/eip:Eip': numbered('eipalloc', 'elastic-ip'),
  'aws:ec2/routeTable:RouteTable': numbered('rtb', 'route-table'),
  'aws:ec2/routeTableAssociation:RouteTableAssociation': numbered('rtbassoc', 'route-table-association'),
  'aws:ec2/vpcEndpoint:VpcEndpoint': numbered('vpce', 'vpc-endpoint'),
  'aws:ec2/flowLog:FlowLog': numbered('fl', 'vpc-flow-log'),
  'aws:ec2/launchTemplate:LaunchTemplate': numbered('lt', 'launch-template'),
  'aws:ec2/vpnGateway:VpnGateway': numbered('vgw', 'vpn-gateway'),
  'aws:ec2/customerGateway:CustomerGateway': numbered('cgw', 'customer-gateway'),
  'aws:ec2/vpnConnection:VpnConnection': numbered('vpn', 'vpn-connection'),
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': numbered('sgr', 'security-group-rule'),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': numbered('sgr', 'security-group-rule'),
  'aws:alb/loadBalancer:LoadBalancer': loadBalancer,
  'aws:lb/loadBalancer:LoadBalancer': loadBalancer,
  'aws:alb/targetGroup:TargetGroup': targetGroup,
  'aws:lb/targetGroup:TargetGroup': targetGroup,
  'aws:alb/listener:Listener': listener,
  'aws:lb/listener:Listener': listener,
  'aws:iam/role:Role': iam('role', 'name'),
  'aws:iam/policy:Policy': iam('policy', 'arn'),
  'aws:iam/instanceProfile:InstanceProfile': iam('instance-profile', 'name'),
  'aws:iam/openIdConnectProvider:OpenIdConnectProvider': (n) => {
    const arn = `arn:aws:iam::${n.accountId}:oidc-provider/${text(n.inputs.url).replace('https://', '')}`
    return { id: arn, arn }
  },
  'aws:s3/bucket:Bucket': bucket,
  'aws:s3/bucketV2:BucketV2': bucket,
  'aws:kms/key:Key': (n) => {
    const id = uuid(n.seed)
    return { id, arn: `arn:aws:kms:${n.region}:${n.accountId}:key/${id}` }
  },
  'aws:kms/alias:Alias': arnOf('kms', (n) => n.name, 'name'),
  'aws:sqs/queue:Queue': (n) => ({
    id: `https://sqs.${n.region}.amazonaws.com/${n.accountId}/${n.name}`,
    arn: `arn:aws:sqs:${n.region}:${n.accountId}:${n.name}`,
  }),
  'aws:sns/topic:Topic': arnOf('sns', (n) => n.name),
  'aws:lambda/function:Function': arnOf('lambda', (n) => `function:${n.name}`, 'name'),
  'aws:lambda/alias:Alias': arnOf('lambda', (n) => `function:${text(n.inputs.functionName)}:${n.name}`),
  'aws:cloudwatch/logGroup:LogGroup': arnOf('logs', (n) => `log-group:${n.name}`, 'name'),
  'aws:cloudwatch/metricAlarm:MetricAlarm': arnOf('cloudwatch', (n) => `alarm:${n.name}`, 'name'),
  'aws:cloudwatch/compositeAlarm:CompositeAlarm': arnOf('cloudwatch', (n) => `alarm:${n.name}`, 'name'),
  'aws:ecs/cluster:Cluster': arnOf('ecs', (n) => `cluster/${n.name}`),
  'aws:ecs/capacityProvider:CapacityProvider': arnOf('ecs', (n) => `capacity-provider/${n.name}`),
  'aws:ecs/service:Service': arnOf(
    'ecs',
    (n) => `service/${text(n.inputs.cluster).split('/').at(-1)}/${n.name}`,
  ),
  'aws:ecs/taskDefinition:TaskDefinition': (n) => ({
    id: text(n.inputs.family),
    arn: `arn:aws:ecs:${n.region}:${n.accountId}:task-definition/${text(n.inputs.family)}:${(Number.parseInt(hex(n.seed, 4), 16) % 900) + 1}`,
  }),
  'aws:ecr/repository:Repository': arnOf('ecr', (n) => `repository/${n.name}`, 'name'),
  'aws:rds/cluster:Cluster': arnOf('rds', (n) => `cluster:${n.name}`, 'name'),
  'aws:rds/clusterInstance:ClusterInstance': arnOf('rds', (n) => `db:${n.name}`, 'name'),
  'aws:rds/subnetGroup:SubnetGroup': arnOf('rds', (n) => `subgrp:${n.name}`, 'name'),
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': arnOf('rds', (n) => `cluster-pg:${n.name}`, 'name'),
  'aws:rds/parameterGroup:ParameterGroup': arnOf('rds', (n) => `pg:${n.name}`, 'name'),
  'aws:dynamodb/table:Table': arnOf('dynamodb', (n) => `table/${n.name}`, 'name'),
  'aws:secretsmanager/secret:Secret': arnOf('secretsmanager', (n) => `secret:${n.name}-${hex(n.seed, 6)}`),
  'aws:opensearch/domain:Domain': arnOf('es', (n) => `domain/${n.name}`),
  'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream': arnOf(
    'firehose',
    (n) => `deliverystream/${n.name}`,
  ),
  'aws:wafv2/webAcl:WebAcl': (n) => {
    const id = uuid(n.seed)
    return { id, arn: `arn:aws:wafv2:${n.region}:${n.accountId}:regional/webacl/${n.name}/${id}` }
  },
  'aws:acm/certificate:Certificate': arnOf('acm', (n) => `certificate/${uuid(n.seed)}`),
  'aws:route53/zone:Zone': (n) => {
    const id = `Z${hex(n.seed, 20).toUpperCase()}`
    return { id, arn: `arn:aws:route53:::hostedzone/${id}` }
  },
  'aws:ssm/parameter:Parameter': arnOf('ssm', (n) => `parameter/${n.name.replace(/^\//, '')}`, 'name'),
  'aws:cloudwatch/eventRule:EventRule': arnOf('events', (n) => `rule/${n.name}`, 'name'),
  'aws:scheduler/schedule:Schedule': arnOf('scheduler', (n) => `schedule/default/${n.name}`, 'name'),
  'aws:autoscaling/group:Group': arnOf(
    'autoscaling',
    (n) => `autoScalingGroup:${uuid(n.seed)}:autoScalingGroupName/${n.name}`,
    'name',
  ),
}

/** Every registration of a task definition is a revision of its own. */
const many = new Set(['aws:ecs/taskDefinition:TaskDefinition'])

/** The identity of a new resource; `unique` when AWS has only one of its ARN. A type without a shape of its own gets its name, or `module-` and digits. */
export const identify = (
  token: string,
  urn: string,
  inputs: WireObject,
  place: Place,
  turn: number,
): Identity & { unique: boolean } => {
  const [, path] = token.split(':')
  const [module, kind] = path!.split('/')
  const property = nameProperty(token)
  const given = property === undefined ? undefined : plain(inputs[property])
  const seed = `${urn}#${turn}`
  const name = typeof given === 'string' ? given : `${kind}-${hex(seed, 12)}`
  const make = identities[token]
  const shaped = make ?? arnOf(module!, () => `${kind}/${name}`, 'name')
  return { ...shaped({ ...place, name, seed, inputs }), unique: make !== undefined && !many.has(token) }
}
