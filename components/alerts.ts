import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { policy } from './policies.ts'

export interface AlertsArgs {
  context: Context
  keyArn: pulumi.Input<string>
  /** Who is told, by e-mail; each must confirm once. */
  recipients: string[]
}

/** The topic of the stack's region that every alarm here tells; it reaches people. */
export class Alerts extends Component {
  /** Known before `up`. */
  readonly topicArn: string
  readonly topic: aws.sns.Topic

  constructor(
    name: string,
    { context, keyArn, recipients }: AlertsArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    super('Alerts', name, options)
    const topicName = context.name('topic', 'alerts')
    this.topicArn = context.arn('sns', topicName)
    this.topic = new aws.sns.Topic(name, { name: topicName, kmsMasterKeyId: keyArn }, this.child())
    new aws.sns.TopicPolicy(
      this.named('policy'),
      {
        arn: this.topic.arn,
        policy: policy([
          {
            sid: 'TellAlarms',
            actions: ['sns:Publish'],
            resources: [this.topicArn],
            principals: { Service: ['cloudwatch.amazonaws.com'] },
            conditions: { StringEquals: { 'aws:SourceAccount': context.accountId } },
          },
          {
            // EventBridge sends no source account to SNS; a condition would refuse every event.
            sid: 'TellEvents',
            actions: ['sns:Publish'],
            resources: [this.topicArn],
            principals: { Service: ['events.amazonaws.com'] },
          },
        ]),
      },
      this.child(),
    )
    for (const recipient of recipients) {
      new aws.sns.TopicSubscription(
        this.named(recipient),
        { topic: this.topic.arn, protocol: 'email', endpoint: recipient },
        this.child(),
      )
    }
    this.registerOutputs({ topicArn: this.topicArn })
  }
}
