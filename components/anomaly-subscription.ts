import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { runbookFile } from './alarm.ts'

export interface AnomalySubscriptionArgs {
  /** What is watched, for the name in the message: `payments-lift prod`. */
  what: string
  monitorArn: pulumi.Input<string>
  /** Impact from which people are told, in US dollars. */
  fromUsd: number
  /** A topic hears at once; e-mails straight from Cost Explorer come once a day. */
  tells: { topicArn: pulumi.Input<string> } | { recipients: string[] }
}

/** Tells people of costs that differ from what was usual; the message's name says what answers it. */
export function createAnomalySubscription(
  name: string,
  { what, monitorArn, fromUsd, tells }: AnomalySubscriptionArgs,
  options: pulumi.CustomResourceOptions,
): aws.costexplorer.AnomalySubscription {
  const atOnce = 'topicArn' in tells
  return new aws.costexplorer.AnomalySubscription(
    name,
    {
      name: `${what}, see ${runbookFile('billing-alarm')}`,
      monitorArnLists: [monitorArn],
      frequency: atOnce ? 'IMMEDIATE' : 'DAILY',
      subscribers: atOnce
        ? [{ type: 'SNS', address: tells.topicArn }]
        : tells.recipients.map((address) => ({ type: 'EMAIL', address })),
      thresholdExpression: {
        dimension: {
          key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
          values: [String(fromUsd)],
          matchOptions: ['GREATER_THAN_OR_EQUAL'],
        },
      },
    },
    options,
  )
}
