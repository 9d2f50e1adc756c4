import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { type TaskSize, taskSize } from '../settings/sizes.ts'
import { Component } from './component.ts'
import { type ContainerArgs, containerDefinition } from './container.ts'
import type { Context } from './context.ts'
import { json } from './json.ts'
import { policy, type Statement, trust } from './policies.ts'
import { type StartArgs, startStatements } from './task-start.ts'

export interface FargateTaskArgs extends StartArgs {
  context: Context
  /** Family and log group are named after it: `pooler` → payments-lift-prod-pooler, /payments-lift/prod/pooler. */
  purpose: string
  size: TaskSize
  containers: ContainerArgs[]
  /** What its code may do in AWS. Default: nothing. */
  mayDo?: Statement[]
  logsKeyArn: pulumi.Input<string>
  logDays: number
}

/** A task on Fargate: two roles, a log group of its own, a definition that keeps to what its containers need. */
export class FargateTask extends Component {
  readonly definition: aws.ecs.TaskDefinition
  readonly family: string
  /** What its code acts as. */
  readonly taskRole: aws.iam.Role
  /** What ECS acts as to start it. */
  readonly executionRole: aws.iam.Role
  readonly logGroupName: string

  constructor(name: string, args: FargateTaskArgs, options?: pulumi.ComponentResourceOptions) {
    super('FargateTask', name, options)
    const { context, purpose, size, containers, mayDo = [], logsKeyArn, logDays } = args
    this.family = context.name('taskFamily', purpose)
    this.logGroupName = context.path(purpose)

    const group = new aws.cloudwatch.LogGroup(
      this.named('log'),
      { name: this.logGroupName, kmsKeyId: logsKeyArn, retentionInDays: logDays },
      this.kept(context),
    )
    const assumeRolePolicy = trust('ecs-tasks.amazonaws.com', context.accountId)
    this.taskRole = new aws.iam.Role(this.named('task'), { assumeRolePolicy }, this.child())
    this.executionRole = new aws.iam.Role(this.named('start'), { assumeRolePolicy }, this.child())
    const writeLog = {
      sid: 'WriteLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`${context.arn('logs', `log-group:${this.logGroupName}`)}:*`],
    }
    const grants = [this.grant('start', this.executionRole, [...startStatements(args), writeLog])]
    if (mayDo.length > 0) grants.push(this.grant('task', this.taskRole, mayDo))

    const volumes = new Set(containers.flatMap(({ writable = [] }) => writable.map(({ volume }) => volume)))
    this.definition = new aws.ecs.TaskDefinition(
      this.named('definition'),
      {
        family: this.family,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        ...taskSize(size),
        runtimePlatform: { cpuArchitecture: 'ARM64', operatingSystemFamily: 'LINUX' },
        taskRoleArn: this.taskRole.arn,
        executionRoleArn: this.executionRole.arn,
        volumes: [...volumes].map((volume) => ({ name: volume })),
        containerDefinitions: json(
          containers.map((container) =>
            containerDefinition(container, { context, group: this.logGroupName }),
          ),
        ),
      },
      this.child({ dependsOn: [group, ...grants] }),
    )
    this.registerOutputs({ family: this.family, taskDefinitionArn: this.definition.arn })
  }

  private grant(part: string, role: aws.iam.Role, statements: Statement[]): aws.iam.RolePolicy {
    return new aws.iam.RolePolicy(
      this.named(part),
      { role: role.name, policy: policy(statements) },
      this.child(),
    )
  }
}
