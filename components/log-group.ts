import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { cardDataPolicy } from './card-data.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'

/** Where the lines of a log group go besides; the log pipeline's, both of the two filters AWS allows a group. */
export interface LogDestinations {
  /** ARN of the log-shipper function, on the way to search. */
  shipperArn: pulumi.Input<string>
  /** The Firehose stream to the archive, and the role by which CloudWatch Logs writes to it. */
  archive: { streamArn: pulumi.Input<string>; roleArn: pulumi.Input<string> }
  /** What must exist before CloudWatch Logs may write: it tries at once when a filter is made. */
  ready: pulumi.Resource[]
}

export interface LogGroupArgs {
  context: Context
  /** Below the stack's path: `functions/settlement` makes /payments-lift/prod/functions/settlement. */
  path: string
  /** KMS key of the class logs. */
  keyArn: pulumi.Input<string>
  /** How long lines are kept, in days; one of the values CloudWatch Logs has. */
  retentionDays: number
  /** Default: the lines stay here. Only the pipeline's own groups do without: they would feed themselves. */
  ship?: LogDestinations | undefined
}

/** A log group: kept for a time, encrypted, card data masked, and shipped to search and archive. */
export class LogGroup extends Component {
  /** Such as /payments-lift/prod/functions/settlement. */
  readonly groupName: string
  /** Without `:*` at the end. */
  readonly arn: string
  /** What is to wait until the group exists. */
  readonly group: aws.cloudwatch.LogGroup

  constructor(name: string, args: LogGroupArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogGroup', name, options)
    const { context, path, keyArn, retentionDays, ship } = args
    this.groupName = context.path(path)
    this.arn = context.arn('logs', `log-group:${this.groupName}`)

    this.group = new aws.cloudwatch.LogGroup(
      this.named('group'),
      { name: this.groupName, retentionInDays: retentionDays, kmsKeyId: keyArn },
      this.kept(context),
    )
    new aws.cloudwatch.LogDataProtectionPolicy(
      this.named('cards'),
      {
        logGroupName: this.group.name,
        policyDocument: JSON.stringify(cardDataPolicy(name, context.partition)),
      },
      this.child(),
    )
    if (ship) this.createFilters(ship)
    this.registerOutputs({ groupName: this.groupName, arn: this.arn })
  }

  private createFilters({ shipperArn, archive, ready }: LogDestinations): void {
    const filter = { logGroup: this.group.name, filterPattern: '' }
    new aws.cloudwatch.LogSubscriptionFilter(
      this.named('search'),
      { ...filter, destinationArn: shipperArn },
      this.child({ dependsOn: ready }),
    )
    new aws.cloudwatch.LogSubscriptionFilter(
      this.named('archive'),
      { ...filter, destinationArn: archive.streamArn, roleArn: archive.roleArn },
      this.child({ dependsOn: ready }),
    )
  }
}
