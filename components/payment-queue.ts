import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm } from './alarm.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { DeadLetters } from './dead-letters.ts'
import { queuePolicy } from './queue-policy.ts'
import { outside, refuse } from './refuse.ts'

export interface PaymentQueueArgs {
  context: Context
  /** KMS key of the class messages. */
  keyArn: pulumi.Input<string>
  /** Time-out of the function that reads the queue, in seconds; messages stay hidden for six times as long. */
  functionTimeoutSeconds: number
  /** How often a message is tried before it goes to the dead letters: 5 to 1000. Default: 5. */
  maxReceiveCount?: number
  /** How long a message may wait to be read, in days: 1 to 14. Default: 4. */
  retentionDays?: number
  /** Age of the oldest message, in minutes, from which people are told. Default: 15. */
  alarmAgeMinutes?: number
  alertsTopicArn: pulumi.Input<string>
}

/** What a function needs to know of the queue that invokes it. */
export interface QueueSource {
  /** Known in a preview. */
  queueArn: string
  keyArn: pulumi.Input<string>
  visibilityTimeoutSeconds: number
  maxReceiveCount: number
}

/** Lambda reads a batch again only after this many time-outs, or it runs twice at once. */
const visibilityTimeouts = 6
/** AWS: at least five, so that throttling alone sends nothing to the dead letters. */
const leastReceives = 5

/** The visibility time-out of a queue whose function has a time-out, in seconds. */
export const visibilityFor = (functionTimeoutSeconds: number): number =>
  functionTimeoutSeconds * visibilityTimeouts

/** Why a queue would lose or repeat messages with this function. */
export const queueProblems = (
  {
    visibilityTimeoutSeconds,
    maxReceiveCount,
  }: Pick<QueueSource, 'visibilityTimeoutSeconds' | 'maxReceiveCount'>,
  functionTimeoutSeconds: number,
): string[] => [
  ...(visibilityTimeoutSeconds >= visibilityFor(functionTimeoutSeconds)
    ? []
    : [
        `messages come back after ${visibilityTimeoutSeconds} s; a function with a time-out of ${functionTimeoutSeconds} s needs at least ${visibilityFor(functionTimeoutSeconds)} s`,
      ]),
  ...outside('maxReceiveCount', maxReceiveCount, leastReceives, 1000),
]

/** A queue on the way of payments, with its dead letters. */
export class PaymentQueue extends Component implements QueueSource {
  readonly queueArn: string
  readonly queueName: string
  readonly url: pulumi.Output<string>
  readonly keyArn: pulumi.Input<string>
  readonly visibilityTimeoutSeconds: number
  readonly maxReceiveCount: number
  readonly deadLetters: DeadLetters
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: PaymentQueueArgs, options?: pulumi.ComponentResourceOptions) {
    super('PaymentQueue', name, options)
    const { context, keyArn, functionTimeoutSeconds, alertsTopicArn } = args
    const { maxReceiveCount = leastReceives, retentionDays = 4, alarmAgeMinutes = 15 } = args
    this.visibilityTimeoutSeconds = visibilityFor(functionTimeoutSeconds)
    this.maxReceiveCount = maxReceiveCount
    refuse('PaymentQueue', name, [
      ...queueProblems(this, functionTimeoutSeconds),
      ...outside('functionTimeoutSeconds', functionTimeoutSeconds, 1, 900),
      ...outside('retentionDays', retentionDays, 1, 14),
    ])
    this.queueName = context.name('queue', name)
    this.queueArn = context.arn('sqs', this.queueName)
    this.keyArn = keyArn

    this.deadLetters = new DeadLetters(
      this.named('dead'),
      { context, keyArn, alertsTopicArn },
      { parent: this },
    )
    const queue = new aws.sqs.Queue(
      this.named('queue'),
      {
        name: this.queueName,
        kmsMasterKeyId: keyArn,
        visibilityTimeoutSeconds: this.visibilityTimeoutSeconds,
        messageRetentionSeconds: retentionDays * 24 * 3600,
        receiveWaitTimeSeconds: 20,
        redrivePolicy: JSON.stringify({ deadLetterTargetArn: this.deadLetters.queueArn, maxReceiveCount }),
        policy: JSON.stringify(queuePolicy(this.queueArn)),
      },
      this.kept(context, { dependsOn: [this.deadLetters] }),
    )
    new aws.sqs.RedriveAllowPolicy(
      this.named('redrive'),
      {
        queueUrl: this.deadLetters.url,
        redriveAllowPolicy: JSON.stringify({
          redrivePermission: 'byQueue',
          sourceQueueArns: [this.queueArn],
        }),
      },
      this.child(),
    )
    const late = createAlarm(
      this.named('late'),
      {
        context,
        says: `The oldest message of ${this.queueName} has waited ${alarmAgeMinutes} minutes: the queue does not move.`,
        runbook: 'dead-letters',
        topicArn: alertsTopicArn,
        metric: {
          namespace: 'AWS/SQS',
          name: 'ApproximateAgeOfOldestMessage',
          dimensions: { QueueName: queue.name },
          statistic: 'Maximum',
        },
        fires: { when: 'above', threshold: alarmAgeMinutes * 60, periods: 3 },
      },
      this.child(),
    )
    this.url = queue.url
    this.alarmArns = [late.arn, ...this.deadLetters.alarmArns]
    this.registerOutputs({ queueArn: this.queueArn, queueName: this.queueName, url: this.url })
  }
}
