import type { RecordedResource } from './recorded.ts'
import type { Inputs } from './values.ts'

/** Something that the internet can reach, or through which something reaches the internet. */
export interface Exposed {
  urn: string
  name: string
  type: string
  /** In words: what reaches what. */
  how: string
}

const world = new Set(['0.0.0.0/0', '::/0'])

type Look = (inputs: Inputs) => string | undefined

const looks: Record<string, Look> = {
  'aws:lb/loadBalancer:LoadBalancer': ({ internal }) =>
    internal === true ? undefined : 'has public addresses, the world connects to them',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': ({
    cidrIpv4,
    cidrIpv6,
    fromPort,
    ipProtocol,
  }) =>
    world.has(String(cidrIpv4 ?? cidrIpv6))
      ? `lets the world in on ${ipProtocol} ${fromPort ?? 'all ports'}`
      : undefined,
  'aws:ec2/securityGroup:SecurityGroup': ({ ingress }) =>
    JSON.stringify(ingress ?? '').match(/0\.0\.0\.0\/0|::\/0/) ? 'lets the world in' : undefined,
  'aws:ec2/securityGroupRule:SecurityGroupRule': ({ type, cidrBlocks }) =>
    type === 'ingress' && JSON.stringify(cidrBlocks ?? '').includes('0.0.0.0/0')
      ? 'lets the world in'
      : undefined,
  'aws:ec2/eip:Eip': () => 'is a public address',
  'aws:ec2/natGateway:NatGateway': ({ connectivityType }) =>
    connectivityType === 'private' ? undefined : 'lets private subnets reach the world, and nothing in',
  'aws:ec2/subnet:Subnet': ({ mapPublicIpOnLaunch }) =>
    mapPublicIpOnLaunch === true ? 'gives public addresses to what starts in it' : undefined,
  'aws:ec2/instance:Instance': ({ associatePublicIpAddress }) =>
    associatePublicIpAddress === true ? 'has a public address' : undefined,
  'aws:ec2/launchTemplate:LaunchTemplate': ({ networkInterfaces }) =>
    /"associatePublicIpAddress":"?true/.test(JSON.stringify(networkInterfaces ?? ''))
      ? 'gives public addresses'
      : undefined,
  'aws:ecs/service:Service': ({ networkConfiguration }) =>
    /"assignPublicIp":true/.test(JSON.stringify(networkConfiguration ?? ''))
      ? 'gives its tasks public addresses'
      : undefined,
  'aws:rds/clusterInstance:ClusterInstance': ({ publiclyAccessible }) =>
    publiclyAccessible === true ? 'is a database with a public address' : undefined,
  'aws:rds/instance:Instance': ({ publiclyAccessible }) =>
    publiclyAccessible === true ? 'is a database with a public address' : undefined,
  'aws:lambda/functionUrl:FunctionUrl': ({ authorizationType }) =>
    authorizationType === 'NONE' ? 'is called by anybody' : 'is called from the world with a signature',
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': (inputs) =>
    ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every(
      (key) => inputs[key],
    )
      ? undefined
      : 'leaves the bucket open to public grants',
  'aws:opensearch/domain:Domain': ({ vpcOptions }) => (vpcOptions ? undefined : 'has a public endpoint'),
}

/** Everything that faces the internet, and every bucket that nothing closes. */
export function exposed(resources: RecordedResource[]): Exposed[] {
  const faced = resources.flatMap(({ urn, name, type, inputs }) => {
    const how = looks[type]?.(inputs)
    return how ? [{ urn, name, type, how }] : []
  })
  const closed = new Set(
    resources
      .filter(({ type }) => type === 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock')
      .flatMap(({ propertyDependencies }) => propertyDependencies.bucket ?? []),
  )
  const open = resources
    .filter(({ type, urn }) => type === 'aws:s3/bucket:Bucket' && !closed.has(urn))
    .map(({ urn, name, type }) => ({
      urn,
      name,
      type,
      how: 'is a bucket that no public access block closes',
    }))
  return [...faced, ...open]
}
