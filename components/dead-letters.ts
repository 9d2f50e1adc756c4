import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm } from './alarm.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import type { Statement } from './policies.ts'
import { queuePolicy } from './queue-policy.ts'

export interface DeadLettersArgs {
  context: Context
  /** KMS key of the class messages. */
  keyArn: pulumi.Input<string>
  /** Topic that tells people as soon as one letter lies here. */
  alertsTopicArn: pulumi.Input<string>
}

/** Where what failed for good is kept for 14 days, the longest SQS has, until a person looks. */
export class DeadLetters extends Component {
  /** Known in a preview. */
  readonly queueArn: string
  readonly queueName: string
  readonly url: pulumi.Output<string>
  readonly keyArn: pulumi.Input<string>
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: DeadLettersArgs, options?: pulumi.ComponentResourceOptions) {
    super('DeadLetters', name, options)
    const { context, keyArn, alertsTopicArn } = args
    this.queueName = context.name('queue', name)
    this.queueArn = context.arn('sqs', this.queueName)
    this.keyArn = keyArn
    const queue = new aws.sqs.Queue(
      this.named('queue'),
      {
        name: this.queueName,
        messageRetentionSeconds: 14 * 24 * 3600,
        kmsMasterKeyId: keyArn,
        policy: JSON.stringify(queuePolicy(this.queueArn)),
      },
      this.kept(context),
    )
    const alarm = createAlarm(
      this.named('waiting'),
      {
        context,
        says: `Something failed for good and lies in ${this.queueName}.`,
        runbook: 'dead-letters',
        topicArn: alertsTopicArn,
        metric: {
          namespace: 'AWS/SQS',
          name: 'ApproximateNumberOfMessagesVisible',
          dimensions: { QueueName: queue.name },
          statistic: 'Maximum',
        },
        fires: { when: 'above', threshold: 0 },
      },
      this.child(),
    )
    this.url = queue.url
    this.alarmArns = [alarm.arn]
    this.registerOutputs({ queueArn: this.queueArn, queueName: this.queueName, url: this.url })
  }
}

/**
 * What a role needs to put something into a queue of ours. `what` names it in the policy, where a name stands once;
 * `calledBy` says who sends, where it is not the role's code.
 */
export const maySend = (
  { queueArn, keyArn }: { queueArn: string; keyArn: pulumi.Input<string> },
  what = 'Queue',
  calledBy?: string,
): Statement[] =>
  [
    { sid: `SendTo${what}`, actions: ['sqs:SendMessage'], resources: [queueArn] },
    { sid: `EncryptFor${what}`, actions: ['kms:GenerateDataKey', 'kms:Decrypt'], resources: [keyArn] },
  ].map((statement) => ({ ...statement, ...(calledBy !== undefined && { calledBy }) }))
