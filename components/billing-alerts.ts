import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm, runbookFile } from './alarm.ts'
import { createAnomalySubscription } from './anomaly-subscription.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'
import { json } from './json.ts'
import { keyPolicy } from './key-policy.ts'
import { outside, refuse } from './refuse.ts'
import { Topic } from './topic.ts'

export interface BillingAlertsArgs {
  context: Context
  /** Budget of a month, in US dollars. */
  monthlyUsd: number
  /** Impact of an anomaly from which people are told, in US dollars. */
  anomalyUsd: number
  /** E-mail addresses of those who are told. */
  recipients: string[]
  /** KMS key of the class alerts, in the stack's region. */
  keyArn: pulumi.Input<string>
}

/** AWS counts estimated charges in this region only. */
export const billingRegion = 'us-east-1'
/** It counts them a few times a day; a shorter period would see gaps. */
const chargesPeriodSeconds = 21600

const runbook = runbookFile('billing-alarm')

/** When a budget tells people: percent of the month's limit, spent or forecast. */
export const budgetNotices = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
] as const

/**
 * Costs that reach a person. The budget and the anomaly monitor see what is tagged with this stack; the alarm on
 * estimated charges sees the whole account, and stays silent until somebody has switched on «Receive CloudWatch billing
 * alerts» in the account's billing preferences: there is no API for it.
 */
export class BillingAlerts extends Component {
  readonly topicArn: pulumi.Output<string>
  readonly chargesTopicArn: pulumi.Output<string>
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: BillingAlertsArgs, options?: pulumi.ComponentResourceOptions) {
    super('BillingAlerts', name, options)
    const { context, monthlyUsd, anomalyUsd, recipients, keyArn } = args
    refuse('BillingAlerts', name, [
      ...outside('monthlyUsd', monthlyUsd, 1, 10_000_000),
      ...outside('anomalyUsd', anomalyUsd, 1, 1_000_000),
      ...(recipients.length > 0 ? [] : ['recipients is empty; a budget nobody hears is none']),
    ])
    const displayName = `payments-lift ${context.stack} costs, see ${runbook}`
    const topic = new Topic(
      this.named('topic'),
      {
        context,
        displayName,
        keyArn,
        recipients,
        publishers: ['budgets.amazonaws.com', 'costalerts.amazonaws.com'],
      },
      { parent: this },
    )
    const charges = new Topic(
      this.named('charges'),
      {
        context,
        displayName,
        keyArn: this.createChargesKey(context),
        recipients,
        publishers: ['cloudwatch.amazonaws.com'],
        region: billingRegion,
      },
      { parent: this },
    )
    this.createBudget(args, topic.arn)
    this.createAnomalies(args, topic.arn)
    const alarm = createAlarm(
      this.named('estimated'),
      {
        context,
        says: `The account's charges of this month are over ${monthlyUsd} USD.`,
        runbook: 'billing-alarm',
        topicArn: charges.arn,
        metric: {
          namespace: 'AWS/Billing',
          name: 'EstimatedCharges',
          dimensions: { Currency: 'USD' },
          statistic: 'Maximum',
        },
        fires: { when: 'above', threshold: monthlyUsd, periodSeconds: chargesPeriodSeconds },
        region: billingRegion,
      },
      this.child(),
    )
    this.topicArn = topic.arn
    this.chargesTopicArn = charges.arn
    this.alarmArns = [alarm.arn]
    this.registerOutputs({ topicArn: this.topicArn, chargesTopicArn: this.chargesTopicArn })
  }

  /** A key belongs to one region; this one is for the topic over there. */
  private createChargesKey(context: Context): pulumi.Output<string> {
    return new aws.kms.Key(
      this.named('charges-key'),
      {
        description: `payments-lift ${context.stack}: alerts in ${billingRegion}`,
        enableKeyRotation: true,
        deletionWindowInDays: context.disposable ? 7 : 30,
        policy: JSON.stringify(keyPolicy({ ...context, region: billingRegion }, ['sns', 'cloudWatchAlarms'])),
        region: billingRegion,
      },
      this.kept(context),
    ).arn
  }

  private createBudget(
    { context, monthlyUsd, recipients }: BillingAlertsArgs,
    topicArn: pulumi.Output<string>,
  ): void {
    new aws.budgets.Budget(
      this.named('budget'),
      {
        // The mail carries the name and no text of ours.
        name: `payments-lift ${context.stack}, see ${runbook}`,
        budgetType: 'COST',
        limitAmount: String(monthlyUsd),
        limitUnit: 'USD',
        timeUnit: 'MONTHLY',
        costFilters: [{ name: 'TagKeyValue', values: [`user:Stack$${context.stack}`] }],
        notifications: budgetNotices.map((notice) => ({
          ...notice,
          comparisonOperator: 'GREATER_THAN',
          thresholdType: 'PERCENTAGE',
          // Straight to people as well: a topic is silent for who has not confirmed.
          subscriberEmailAddresses: recipients,
          subscriberSnsTopicArns: [topicArn],
        })),
      },
      this.child(),
    )
  }

  private createAnomalies({ context, anomalyUsd }: BillingAlertsArgs, topicArn: pulumi.Output<string>): void {
    const monitor = new aws.costexplorer.AnomalyMonitor(
      this.named('monitor'),
      {
        name: `payments-lift-${context.stack}`,
        monitorType: 'CUSTOM',
        monitorSpecification: json({
          Tags: { Key: 'Stack', Values: [context.stack], MatchOptions: ['EQUALS'] },
        }),
      },
      this.child(),
    )
    createAnomalySubscription(
      this.named('anomalies'),
      {
        what: `payments-lift ${context.stack}`,
        monitorArn: monitor.arn,
        fromUsd: anomalyUsd,
        tells: { topicArn },
      },
      this.child(),
    )
  }
}
