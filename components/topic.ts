import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { json } from './json.ts'
import { policy } from './policies.ts'

export interface TopicArgs {
  context: Context
  /** Sender's name in the e-mails, at most 100 characters: `payments-lift prod alarms`. */
  displayName: string
  /** KMS key in the topic's region; its policy lets the publishers use it. */
  keyArn: pulumi.Input<string>
  /** AWS services that may publish, for this account only: `cloudwatch.amazonaws.com`. */
  publishers: string[]
  /** E-mail addresses. Each gets a mail and must confirm before it hears anything. */
  recipients: string[]
  /** Default: the stack's region. */
  region?: string
}

/** Tells people by e-mail what AWS services publish; encrypted, closed to everyone else. */
export class Topic extends Component {
  readonly arn: pulumi.Output<string>

  constructor(name: string, args: TopicArgs, options?: pulumi.ComponentResourceOptions) {
    super('Topic', name, options)
    const { context, displayName, keyArn, publishers, recipients, region } = args
    const where = region ? { region } : {}
    const topic = new aws.sns.Topic(
      this.named('topic'),
      { displayName, kmsMasterKeyId: keyArn, ...where },
      this.child(),
    )
    const allowed = new aws.sns.TopicPolicy(
      this.named('policy'),
      {
        arn: topic.arn,
        policy: json(
          policy([
            {
              sid: 'Publish',
              actions: ['sns:Publish'],
              resources: [topic.arn],
              principals: { Service: publishers },
              conditions: { StringEquals: { 'aws:SourceAccount': context.accountId } },
            },
            {
              sid: 'RefusePlainHttp',
              effect: 'Deny',
              actions: ['sns:Publish'],
              resources: [topic.arn],
              principals: '*',
              conditions: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ]),
        ),
        ...where,
      },
      this.child(),
    )
    for (const [index, endpoint] of recipients.entries()) {
      new aws.sns.TopicSubscription(
        this.named(`to-${index + 1}`),
        { topic: topic.arn, protocol: 'email', endpoint, ...where },
        this.child(),
      )
    }
    // Whoever publishes waits for the policy: budgets and anomalies are refused a topic they may not write to.
    this.arn = pulumi.output([topic.arn, allowed.arn]).apply(([arn]) => arn!)
    this.registerOutputs({ arn: this.arn })
  }
}
