import type { Context } from './context.ts'
import { anyResource, type PolicyDocument, policy, type Statement } from './policies.ts'

/** Services that use a key of their own accord; each needs words of its own in the key's policy. */
export type KeyUser = keyof typeof users

const use = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey']
const thisKey = anyResource('in the policy of a key, * means this key and no other')

type Where = Pick<Context, 'accountId' | 'region' | 'stack' | 'partition'>

/** A service that acts with the rights of who calls it: only in this account, only through that service. */
const through =
  (service: string, sid: string) =>
  ({ accountId, region, partition }: Where): Statement[] => [
    {
      sid,
      actions: [...use, 'kms:CreateGrant'],
      resources: thisKey,
      principals: { AWS: [`arn:${partition}:iam::${accountId}:root`] },
      conditions: {
        StringEquals: {
          'kms:CallerAccount': accountId,
          'kms:ViaService': `${service}.${region}.amazonaws.com`,
        },
      },
    },
  ]

/**
 * A service that acts on its own, for something in this account. Only some say for which account they act; for the
 * others AWS documents no condition, and one would silence every alarm.
 */
const itself =
  (principal: string, sid: string, saysForWhom: boolean) =>
  ({ accountId }: Where): Statement[] => [
    {
      sid,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: thisKey,
      principals: { Service: [principal] },
      ...(saysForWhom && { conditions: { StringEquals: { 'aws:SourceAccount': accountId } } }),
    },
  ]

/** Log groups that this project makes; others cannot use its key. */
export const logGroupPatterns = ({ stack }: Pick<Where, 'stack'>): string[] => [
  `/payments-lift/${stack}/*`,
  `/aws/rds/cluster/payments-lift-${stack}-*`,
  `aws-waf-logs-payments-lift-${stack}-*`,
]

const cloudWatchLogs = (where: Where): Statement[] => [
  {
    sid: 'CloudWatchLogs',
    actions: use,
    resources: thisKey,
    principals: { Service: [`logs.${where.region}.amazonaws.com`] },
    conditions: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': logGroupPatterns(where).map(
          (pattern) => `arn:${where.partition}:logs:${where.region}:${where.accountId}:log-group:${pattern}`,
        ),
      },
    },
  },
]

const autoScaling = ({ accountId, partition }: Where): Statement[] => {
  const principals = {
    AWS: [
      `arn:${partition}:iam::${accountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    ],
  }
  return [
    { sid: 'AutoScalingDisks', actions: use, resources: thisKey, principals },
    {
      sid: 'AutoScalingDiskGrants',
      actions: ['kms:CreateGrant'],
      resources: thisKey,
      principals,
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ]
}

const users = {
  autoScaling,
  cloudWatchLogs,
  cloudWatchAlarms: itself('cloudwatch.amazonaws.com', 'CloudWatchAlarms', false),
  budgets: itself('budgets.amazonaws.com', 'Budgets', true),
  costAnomalies: itself('costalerts.amazonaws.com', 'CostAnomalies', false),
  events: itself('events.amazonaws.com', 'Events', false),
  s3Events: itself('s3.amazonaws.com', 'S3Events', false),
  logDelivery: itself('delivery.logs.amazonaws.com', 'LogDelivery', true),
  dynamodb: through('dynamodb', 'DynamoDb'),
  ec2: through('ec2', 'Ec2'),
  ecr: through('ecr', 'Ecr'),
  firehose: through('firehose', 'Firehose'),
  lambda: through('lambda', 'Lambda'),
  openSearch: through('es', 'OpenSearch'),
  rds: through('rds', 'Rds'),
  s3: through('s3', 'S3'),
  secretsManager: through('secretsmanager', 'SecretsManager'),
  sns: through('sns', 'Sns'),
  sqs: through('sqs', 'Sqs'),
  ssm: through('ssm', 'Ssm'),
}

/** Administration for the account, so that a key never gets out of reach; use only as IAM policies grant it. */
const account = ({ accountId, partition }: Where): Statement[] => {
  const principals = { AWS: [`arn:${partition}:iam::${accountId}:root`] }
  return [
    {
      sid: 'AdministerKey',
      actions: [
        'kms:CancelKeyDeletion',
        'kms:Describe*',
        'kms:Disable*',
        'kms:Enable*',
        'kms:Get*',
        'kms:List*',
        'kms:Put*',
        'kms:ScheduleKeyDeletion',
        'kms:TagResource',
        'kms:UntagResource',
        'kms:Update*',
      ],
      resources: thisKey,
      principals,
    },
    { sid: 'UseByIamPolicy', actions: use, resources: thisKey, principals },
  ]
}

/** The policy of a key that these services use. */
export const keyPolicy = (where: Where, used: readonly KeyUser[]): PolicyDocument =>
  policy([...account(where), ...used.flatMap((user) => users[user](where))])
