import type * as pulumi from '@pulumi/pulumi'
import type { Context } from './context.ts'
import type { HeldSchedule } from './function-trigger.ts'
import { anyResource, type Statement } from './policies.ts'

export interface RunnerRightsArgs {
  context: Context
  journalArn: string
  /** Bucket of the lock and of what the watchdog guards. */
  deskArn: string
  routeTableArn: string
  clusterName: string
  poolerService: string
  /** Path below which holds stand in SSM. */
  holdPath: string
  /** The front door's listener, and its target groups. */
  listenerArn: pulumi.Input<string>
  /** Logins of both databases, and the key to the agents. */
  secretArns: pulumi.Input<string>[]
  /** Held while a switchover runs. */
  schedules: HeldSchedule[]
  keys: { evidence: pulumi.Input<string>; payments: pulumi.Input<string>; secrets: pulumi.Input<string> }
}

/** What runner and watchdog both do: read logins, keep the journal and the decision, read the route, find the gates. */
const common = (who: 'Runner' | 'Watchdog', args: RunnerRightsArgs): Statement[] => {
  const { context, journalArn, deskArn, routeTableArn, clusterName, poolerService, secretArns, keys } = args
  return [
    { sid: `${who}ReadsLogins`, actions: ['secretsmanager:GetSecretValue'], resources: secretArns },
    {
      // Create-only by `If-None-Match`; nobody here may delete an object or a version.
      sid: `${who}KeepsJournal`,
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [`${journalArn}/*`],
    },
    {
      sid: `${who}UsesDesk`,
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [`${deskArn}/*`],
    },
    { sid: `${who}ListsJournal`, actions: ['s3:ListBucket'], resources: [journalArn, deskArn] },
    {
      sid: `${who}ChangesRoute`,
      actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [routeTableArn],
    },
    {
      sid: `${who}UsesKeys`,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: [keys.evidence, keys.payments, keys.secrets],
    },
    {
      sid: `${who}ListsGates`,
      actions: ['ecs:ListTasks'],
      resources: anyResource('ecs:ListTasks takes container instances only; the condition names the cluster'),
      conditions: { ArnEquals: { 'ecs:cluster': context.arn('ecs', `cluster/${clusterName}`) } },
    },
    {
      sid: `${who}FindsGates`,
      actions: ['ecs:DescribeTasks'],
      resources: [context.arn('ecs', `task/${clusterName}/*`)],
    },
    {
      sid: `${who}ReadsPooler`,
      actions: ['ecs:DescribeServices'],
      resources: [context.arn('ecs', `service/${clusterName}/${poolerService}`)],
    },
    ...(args.schedules.length > 0 ? schedulesOf(who, args.schedules) : []),
  ]
}

/** What is held is changed, and a schedule is changed as a whole: with the role that it invokes its function as. */
const schedulesOf = (who: string, schedules: HeldSchedule[]): Statement[] => [
  {
    sid: `${who}HoldsSchedules`,
    actions: ['scheduler:GetSchedule', 'scheduler:UpdateSchedule'],
    resources: schedules.map(({ arn }) => arn),
  },
  {
    sid: `${who}HandsOnRoles`,
    actions: ['iam:PassRole'],
    resources: schedules.map(({ roleArn }) => roleArn),
    conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
  },
]

/** The runner moves the weight and sets and lifts holds, besides. */
export const runnerRights = (args: RunnerRightsArgs): Statement[] => [
  ...common('Runner', args),
  {
    sid: 'RunnerMovesWeight',
    actions: ['elasticloadbalancing:ModifyListener'],
    resources: [args.listenerArn],
  },
  {
    sid: 'RunnerReadsFrontDoor',
    actions: [
      'elasticloadbalancing:DescribeListeners',
      'elasticloadbalancing:DescribeTargetGroups',
      'elasticloadbalancing:DescribeTargetHealth',
    ],
    resources: anyResource('the Describe actions of Elastic Load Balancing cannot be narrowed to a resource'),
  },
  {
    sid: 'RunnerHolds',
    actions: ['ssm:PutParameter', 'ssm:DeleteParameter', 'ssm:GetParameter', 'ssm:GetParametersByPath'],
    resources: [
      args.context.arn('ssm', `parameter${args.holdPath}`),
      args.context.arn('ssm', `parameter${args.holdPath}/*`),
    ],
  },
  {
    sid: 'RunnerReadsMetrics',
    actions: ['cloudwatch:GetMetricData'],
    resources: anyResource('CloudWatch knows no resource for metric data'),
  },
  {
    // CloudWatch checks a search by prefix against every alarm.
    sid: 'RunnerReadsAlarms',
    actions: ['cloudwatch:DescribeAlarms'],
    resources: [args.context.arn('cloudwatch', 'alarm:*')],
  },
]

/** The watchdog decides and opens again; it moves no weight. */
export const watchdogRights = (args: RunnerRightsArgs): Statement[] => common('Watchdog', args)

/** A shard of a verification reads both databases and leaves what it read for the merge. */
export const shardRights = ({ journalArn, secretArns, keys }: RunnerRightsArgs): Statement[] => [
  { sid: 'ShardReadsLogins', actions: ['secretsmanager:GetSecretValue'], resources: secretArns },
  { sid: 'ShardLeavesJournal', actions: ['s3:PutObject'], resources: [`${journalArn}/verify/*`] },
  {
    sid: 'ShardUsesKeys',
    actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
    resources: [keys.evidence, keys.secrets],
  },
]
