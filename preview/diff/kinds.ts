/** What a type of resource means to somebody who loses one. */

/** Losing one loses payments, evidence, or the means to read them; or everything that hangs on it. */
const stateful = new Map<string, string>([
  ['aws:rds/cluster:Cluster', 'the database and all rows in it'],
  ['aws:rds/clusterInstance:ClusterInstance', 'a database instance; clients are cut off'],
  ['aws:rds/subnetGroup:SubnetGroup', "the database's place in the network"],
  ['aws:rds/clusterParameterGroup:ClusterParameterGroup', 'the settings of the database'],
  ['aws:s3/bucket:Bucket', 'the bucket and every object in it'],
  ['aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration', 'the lock on evidence'],
  ['aws:kms/key:Key', 'the key, and all that is encrypted with it'],
  ['aws:cloudwatch/logGroup:LogGroup', 'the log and every line in it'],
  ['aws:secretsmanager/secret:Secret', 'the secret, and the logins that need it'],
  ['aws:route53/zone:Zone', 'the zone and its delegation'],
  ['aws:dynamodb/table:Table', 'the table and all items in it'],
  ['aws:sqs/queue:Queue', 'the queue and every message in it'],
  ['aws:ecr/repository:Repository', 'the repository and every image in it'],
  ['aws:opensearch/domain:Domain', 'the search domain and its index'],
  ['aws:ec2/vpc:Vpc', 'the network and all in it'],
  ['aws:ec2/subnet:Subnet', 'the subnet and all in it'],
  ['aws:lb/loadBalancer:LoadBalancer', 'the address that clients connect to'],
  ['aws:lb/targetGroup:TargetGroup', 'the way requests go; they fail meanwhile'],
  ['aws:ec2/vpnGateway:VpnGateway', 'the link to on-premises'],
  ['aws:ec2/vpnConnection:VpnConnection', 'the link to on-premises'],
  ['aws:directconnect/gatewayAssociation:GatewayAssociation', 'the link to on-premises'],
  ['aws:backup/vault:Vault', 'the backups in it'],
])

/** In words, what goes with a resource of a type; undefined when nothing that cannot be made again. */
export const lostWith = (type: string): string | undefined =>
  stateful.get(type.replace('aws:alb/', 'aws:lb/'))

/** Replaced by design whenever they change: a new revision, nothing is missing meanwhile. */
const revisions = new Set(['aws:ecs/taskDefinition:TaskDefinition', 'aws:lambda/layerVersion:LayerVersion'])

export const isRevision = (type: string): boolean => revisions.has(type)

/** Without the module: `aws:rds/cluster:Cluster` → `rds Cluster`. */
export const shortType = (type: string): string => {
  const [, module = '', kind = type] = /^aws:([^/]+)\/[^:]+:(.+)$/.exec(type) ?? []
  return `${module} ${kind}`.trim()
}
