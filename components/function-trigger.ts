import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { maySend } from './dead-letters.ts'
import { type AfterFailure, type Invocation, isAsync } from './invocation.ts'
import { json } from './json.ts'
import { policy, trust } from './policies.ts'

export interface FunctionTriggerArgs {
  context: Context
  invocation: Invocation
  /** Batches at once that the function has reserved. */
  concurrency: number
  functionName: pulumi.Input<string>
  /** With the alias at its end where the function has one. */
  invokeArn: pulumi.Input<string>
  /** The alias, where the function has one. */
  qualifier: pulumi.Input<string> | undefined
  /** The role's policy: Lambda checks what it allows before it takes a queue or a failure destination. */
  allowed: pulumi.Resource
}

/** A schedule, as the runbooks must know it that hold it. */
export interface HeldSchedule {
  group: pulumi.Output<string>
  name: pulumi.Output<string>
  arn: pulumi.Output<string>
  /** As which it invokes its function: who changes the schedule hands it on. */
  roleArn: pulumi.Output<string>
}

/** What invokes a function, and what happens to an event that failed. */
export class FunctionTrigger extends Component {
  /** What must exist before the sender is told to send. */
  readonly ready: pulumi.Resource[] = []
  /** Where the clock invokes it. */
  readonly schedule: HeldSchedule | undefined

  constructor(name: string, args: FunctionTriggerArgs, options?: pulumi.ComponentResourceOptions) {
    super('FunctionTrigger', name, options)
    const { invocation } = args
    if (isAsync(invocation)) this.createFailurePath(args, invocation)
    if (invocation.kind === 'async') this.createPermission(args, invocation)
    if (invocation.kind === 'queue') this.createMapping(args, invocation)
    if (invocation.kind === 'schedule') this.schedule = this.createSchedule(args, invocation)
    this.registerOutputs({ kind: invocation.kind })
  }

  private createFailurePath(
    { functionName, qualifier, allowed }: FunctionTriggerArgs,
    { maxRetries, maxEventAgeSeconds, onFailure }: AfterFailure,
  ): void {
    const config = new aws.lambda.FunctionEventInvokeConfig(
      this.named('failures'),
      {
        functionName,
        ...(qualifier !== undefined && { qualifier }),
        maximumRetryAttempts: maxRetries,
        maximumEventAgeInSeconds: maxEventAgeSeconds,
        destinationConfig: { onFailure: { destination: onFailure.queueArn } },
      },
      this.child({ dependsOn: [allowed] }),
    )
    this.ready.push(config)
  }

  private createPermission(
    { context, functionName, qualifier }: FunctionTriggerArgs,
    { by }: Extract<Invocation, { kind: 'async' }>,
  ): void {
    const permission = new aws.lambda.Permission(
      this.named('permission'),
      {
        action: 'lambda:InvokeFunction',
        function: functionName,
        ...(qualifier !== undefined && { qualifier }),
        principal: by.principal,
        sourceArn: by.sourceArn,
        sourceAccount: context.accountId,
      },
      this.child(),
    )
    this.ready.push(permission)
  }

  private createMapping(
    { invokeArn, allowed, concurrency }: FunctionTriggerArgs,
    { queue, batchSize = 10, maxConcurrency = concurrency }: Extract<Invocation, { kind: 'queue' }>,
  ): void {
    new aws.lambda.EventSourceMapping(
      this.named('messages'),
      {
        eventSourceArn: queue.queueArn,
        functionName: invokeArn,
        batchSize,
        functionResponseTypes: ['ReportBatchItemFailures'],
        scalingConfig: { maximumConcurrency: maxConcurrency },
      },
      this.child({ dependsOn: [allowed, ...asResource(queue)] }),
    )
  }

  private createSchedule(
    { context, invokeArn }: FunctionTriggerArgs,
    {
      expression,
      timezone = 'UTC',
      maxRetries,
      maxEventAgeSeconds,
      onFailure,
    }: Extract<Invocation, { kind: 'schedule' }>,
  ): HeldSchedule {
    const role = new aws.iam.Role(
      this.named('role'),
      { assumeRolePolicy: trust('scheduler.amazonaws.com', context.accountId) },
      this.child(),
    )
    const allowed = new aws.iam.RolePolicy(
      this.named('role'),
      {
        role: role.name,
        policy: policy([
          { sid: 'Invoke', actions: ['lambda:InvokeFunction'], resources: [invokeArn] },
          ...maySend(onFailure, 'Failures'),
        ]),
      },
      this.child(),
    )
    const { groupName, name, arn } = new aws.scheduler.Schedule(
      this.named('clock'),
      {
        scheduleExpression: expression,
        scheduleExpressionTimezone: timezone,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: invokeArn,
          roleArn: role.arn,
          input: json({ source: 'schedule' }),
          deadLetterConfig: { arn: onFailure.queueArn },
          retryPolicy: {
            maximumEventAgeInSeconds: maxEventAgeSeconds,
            maximumRetryAttempts: maxRetries,
          },
        },
      },
      this.child({ dependsOn: [allowed] }),
    )
    return { group: groupName, name, arn, roleArn: role.arn }
  }
}

/** The queue component itself, where it is one: Lambda refuses a queue that does not exist yet. */
const asResource = (queue: object): pulumi.Resource[] =>
  '__pulumiResource' in queue ? [queue as unknown as pulumi.Resource] : []
