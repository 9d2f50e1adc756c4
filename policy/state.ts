/** Losing one loses payments, evidence, or what is needed to read them. */
export const holdsState = [
  'aws:rds/cluster:Cluster',
  'aws:rds/clusterInstance:ClusterInstance',
  'aws:s3/bucket:Bucket',
  'aws:kms/key:Key',
  'aws:cloudwatch/logGroup:LogGroup',
  'aws:secretsmanager/secret:Secret',
  'aws:dynamodb/table:Table',
  'aws:sqs/queue:Queue',
  'aws:ecr/repository:Repository',
  'aws:opensearch/domain:Domain',
] as const

/** What must outlive every phase: what holds state, and what everything hangs on, though it holds nothing itself. */
export const outlivesPhases: readonly string[] = [
  ...holdsState,
  'aws:route53/zone:Zone',
  'aws:ec2/vpc:Vpc',
  'aws:ec2/subnet:Subnet',
]
