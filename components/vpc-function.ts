import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { functionAlarms } from './function-alarms.ts'
import { codeArgs, type FunctionCode } from './function-code.ts'
import { environmentProblems, plainEnvironment } from './function-environment.ts'
import { functionStatements } from './function-role.ts'
import { FunctionTrigger } from './function-trigger.ts'
import { type Invocation, invocationProblems } from './invocation.ts'
import { type LogDestinations, LogGroup } from './log-group.ts'
import { policy, type Statement, trust } from './policies.ts'
import { outside, refuse } from './refuse.ts'

/** What is done about cold starts, where latency is promised. SnapStart and provisioned concurrency exclude each other. */
export type ColdStarts = { kind: 'provisioned'; concurrency: number } | { kind: 'snapStart' }

export interface VpcFunctionArgs {
  context: Context
  /** What the function does, as a sentence. */
  description: string
  code: FunctionCode
  /** File and function in it. Default: `index.handler`. */
  handler?: string
  /** Default: nodejs22.x. */
  runtime?: 'nodejs22.x' | 'nodejs24.x' | 'java21' | 'python3.13'
  /** 128 to 10240 MB; processors come with it. */
  memoryMb: number
  /** 1 to 900 s. */
  timeoutSeconds: number
  /** How many may run at once: reserved, so neither more nor fewer. */
  concurrency: number
  /** Default: nothing; a cold start is waited for. */
  coldStarts?: ColdStarts
  invocation: Invocation
  /** Private subnets, and the security group that all functions of a class share, so that they share interfaces. */
  network: { subnetIds: pulumi.Input<string[]>; securityGroupId: pulumi.Input<string> }
  /** KMS keys: of the function's environment (default: the class payments), and of its log. */
  keys: { environmentArn: pulumi.Input<string>; logsArn: pulumi.Input<string> }
  /** Plain values only; a secret comes as its ARN. */
  environment?: Record<string, pulumi.Input<string>>
  /** What the handler may do besides writing its log. */
  statements: Statement[]
  logs: {
    /** How long lines are kept, in days. */
    retentionDays: number
    /** Undefined for the log shipper only. */
    ship: LogDestinations | undefined
  }
  alertsTopicArn: pulumi.Input<string>
}

const alias = 'live'

/** One handler as a unit of deployment: function in the VPC, role, log group, trigger and alarms of its own. */
export class VpcFunction extends Component {
  /** Known in a preview. */
  readonly functionName: string
  /** Known in a preview; without alias. */
  readonly functionArn: string
  /** What callers name: with the alias where there is one. */
  readonly invokeArn: pulumi.Output<string>
  readonly qualifier: pulumi.Output<string> | undefined
  readonly roleArn: pulumi.Output<string>
  readonly logs: LogGroup
  readonly trigger: FunctionTrigger
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: VpcFunctionArgs, options?: pulumi.ComponentResourceOptions) {
    super('VpcFunction', name, options)
    refuse('VpcFunction', name, functionProblems(args))
    const { context, invocation, keys, alertsTopicArn, concurrency, timeoutSeconds } = args
    this.functionName = context.name('function', name)
    this.functionArn = context.arn('lambda', `function:${this.functionName}`)
    this.logs = this.createLogs(name, args)
    const role = new aws.iam.Role(
      this.named('role'),
      { assumeRolePolicy: trust('lambda.amazonaws.com', context.accountId) },
      this.child(),
    )
    const allowed = new aws.iam.RolePolicy(
      this.named('role'),
      {
        role: role.name,
        policy: policy([
          ...functionStatements({
            context,
            invocation,
            functionArn: this.functionArn,
            logGroupArn: this.logs.arn,
          }),
          {
            sid: 'DecryptEnvironment',
            actions: ['kms:Decrypt'],
            resources: [keys.environmentArn],
            // Not what else the key encrypts.
            conditions: {
              StringEquals: { 'kms:EncryptionContext:aws:lambda:FunctionArn': this.functionArn },
            },
            calledBy: 'Lambda, when an instance starts',
          },
          ...args.statements,
        ]),
      },
      this.child(),
    )
    const lambda = this.createFunction(name, args, role, allowed)
    const live = args.coldStarts && this.createAlias(lambda, args.coldStarts)
    this.roleArn = role.arn
    this.qualifier = live?.name
    this.invokeArn = live?.arn ?? lambda.arn
    this.trigger = new FunctionTrigger(
      this.named('trigger'),
      {
        context,
        invocation,
        concurrency,
        functionName: lambda.name,
        invokeArn: this.invokeArn,
        qualifier: this.qualifier,
        allowed,
      },
      { parent: this },
    )
    this.alarmArns = functionAlarms(
      name,
      { context, functionName: lambda.name, invocation, timeoutSeconds, alertsTopicArn },
      this.child(),
    )
    this.registerOutputs({
      functionName: this.functionName,
      functionArn: this.functionArn,
      invokeArn: this.invokeArn,
      logGroup: this.logs.groupName,
    })
  }

  private createLogs(name: string, { context, keys, logs }: VpcFunctionArgs): LogGroup {
    return new LogGroup(
      this.named('logs'),
      {
        context,
        path: `functions/${name}`,
        keyArn: keys.logsArn,
        retentionDays: logs.retentionDays,
        ship: logs.ship,
      },
      { parent: this },
    )
  }

  private createFunction(
    name: string,
    args: VpcFunctionArgs,
    role: aws.iam.Role,
    allowed: aws.iam.RolePolicy,
  ): aws.lambda.Function {
    const { description, handler = 'index.handler', runtime = 'nodejs22.x', network, coldStarts } = args
    return new aws.lambda.Function(
      this.named('function'),
      {
        name: this.functionName,
        description,
        ...codeArgs(args.code),
        handler,
        runtime,
        architectures: ['arm64'],
        memorySize: args.memoryMb,
        timeout: args.timeoutSeconds,
        reservedConcurrentExecutions: args.concurrency,
        role: role.arn,
        ...(args.environment && {
          kmsKeyArn: args.keys.environmentArn,
          environment: { variables: plainEnvironment(args.environment, `VpcFunction ${name}`) },
        }),
        vpcConfig: { subnetIds: network.subnetIds, securityGroupIds: [network.securityGroupId] },
        loggingConfig: {
          logFormat: 'JSON',
          logGroup: this.logs.group.name,
          applicationLogLevel: 'INFO',
          systemLogLevel: 'INFO',
        },
        tracingConfig: { mode: 'Active' },
        ...(coldStarts && { publish: true }),
        ...(coldStarts?.kind === 'snapStart' && { snapStart: { applyOn: 'PublishedVersions' } }),
      },
      this.child({ dependsOn: [allowed] }),
    )
  }

  private createAlias(lambda: aws.lambda.Function, coldStarts: ColdStarts): aws.lambda.Alias {
    const live = new aws.lambda.Alias(
      this.named('alias'),
      { name: alias, functionName: lambda.name, functionVersion: lambda.version },
      this.child(),
    )
    if (coldStarts.kind === 'provisioned') {
      new aws.lambda.ProvisionedConcurrencyConfig(
        this.named('warm'),
        {
          functionName: lambda.name,
          qualifier: live.name,
          provisionedConcurrentExecutions: coldStarts.concurrency,
        },
        this.child(),
      )
    }
    return live
  }
}

/** Why a function must not be built like this; pure. */
export function functionProblems(args: VpcFunctionArgs): string[] {
  const { memoryMb, timeoutSeconds, concurrency, coldStarts, runtime = 'nodejs22.x', environment = {} } = args
  const warm = coldStarts?.kind === 'provisioned' ? coldStarts.concurrency : undefined
  return [
    ...outside('memoryMb', memoryMb, 128, 10240),
    ...outside('timeoutSeconds', timeoutSeconds, 1, 900),
    ...outside('concurrency', concurrency, 1, 900),
    ...(warm === undefined ? [] : outside('coldStarts.concurrency', warm, 1, concurrency)),
    ...(coldStarts?.kind === 'snapStart' && runtime.startsWith('nodejs')
      ? [`SnapStart is for Java and Python, not ${runtime}; take provisioned concurrency`]
      : []),
    ...environmentProblems(environment),
    ...invocationProblems(args.invocation, args),
  ]
}
