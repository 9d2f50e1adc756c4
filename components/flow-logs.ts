import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { policy, trust } from './policies.ts'

export interface FlowLogsArgs {
  context: Context
  vpcId: pulumi.Input<string>
  /** KMS key of the log group. */
  keyArn: pulumi.Input<string>
  /** How long they are kept, in days. */
  retentionDays: number
}

/** Every connection that was accepted or refused in the VPC, minute by minute. */
export class FlowLogs extends Component {
  readonly logGroupArn: pulumi.Output<string>

  constructor(name: string, args: FlowLogsArgs, options?: pulumi.ComponentResourceOptions) {
    super('FlowLogs', name, options)
    const { context, vpcId, keyArn, retentionDays } = args
    const group = new aws.cloudwatch.LogGroup(
      this.named('group'),
      { name: context.path('flow-logs'), retentionInDays: retentionDays, kmsKeyId: keyArn },
      this.kept(context),
    )
    const role = new aws.iam.Role(
      this.named('role'),
      { assumeRolePolicy: trust('vpc-flow-logs.amazonaws.com', context.accountId) },
      this.child(),
    )
    const grant = new aws.iam.RolePolicy(
      this.named('role'),
      {
        role: role.name,
        policy: policy([
          {
            sid: 'WriteFlowLogs',
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            resources: [pulumi.interpolate`${group.arn}:*`],
          },
        ]),
      },
      this.child(),
    )
    new aws.ec2.FlowLog(
      this.named('log'),
      {
        vpcId,
        trafficType: 'ALL',
        logDestinationType: 'cloud-watch-logs',
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
      },
      this.child({ dependsOn: [grant] }),
    )
    this.logGroupArn = group.arn
    this.registerOutputs({ logGroupArn: this.logGroupArn })
  }
}
