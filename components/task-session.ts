import type { Cluster } from './cluster.ts'
import type { ContainerArgs } from './container.ts'
import type { Context } from './context.ts'
import { anyResource, type Statement } from './policies.ts'

/**
 * What the agent of ECS Exec writes to. AWS supports it on a root that can be written to only; with these two folders
 * it does without. It is root there and has no capability, so they must be root's, as the image has them.
 */
export const sessionFolders: NonNullable<ContainerArgs['writable']> = [
  { volume: 'session-state', path: '/var/lib/amazon' },
  { volume: 'session-logs', path: '/var/log/amazon' },
]

const calledBy = 'The agent of ECS Exec, when a person opens a session in the task'

/** What a task's role needs so that a person can type in it, encrypted and recorded: `aws ecs execute-command`. */
export const sessionRights = (context: Context, { sessions }: Pick<Cluster, 'sessions'>): Statement[] => [
  {
    sid: 'SessionOpensChannels',
    actions: [
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    resources: anyResource('the channels of Session Manager cannot be named as resources'),
    calledBy,
  },
  { sid: 'SessionDecrypts', actions: ['kms:Decrypt'], resources: [sessions.keyArn], calledBy },
  {
    sid: 'SessionFindsLog',
    actions: ['logs:DescribeLogGroups'],
    resources: anyResource('the agent lists all log groups to see whether its own is encrypted'),
    calledBy,
  },
  {
    sid: 'SessionIsRecorded',
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [`${context.arn('logs', `log-group:${sessions.logGroupName}`)}:*`],
    calledBy,
  },
]
