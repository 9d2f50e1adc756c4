import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm } from './alarm.ts'
import type { Context } from './context.ts'

export interface SettlementRefusalsArgs {
  context: Context
  /** Of the function that settles. */
  logGroup: aws.cloudwatch.LogGroup
  alertsTopicArn: pulumi.Input<string>
}

/** The lines of services/settlement about a file that was rejected, or of which lines were refused. */
export const refusalPattern =
  '{ ($.message = "settlement file rejected") || ($.payments.result.refused > 0) }'

/**
 * Tells people of what a network has to be asked about. A file that is refused is no failure of the function, so none
 * of its alarms tells of it. Returns the alarm's ARN.
 */
export function alarmRefusals(
  name: string,
  { context, logGroup, alertsTopicArn }: SettlementRefusalsArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const metric = { namespace: `payments-lift/${context.stack}/settlement`, name: 'refusals' }
  const counted = new aws.cloudwatch.LogMetricFilter(
    name,
    {
      logGroupName: logGroup.name,
      name: 'refusals',
      pattern: refusalPattern,
      metricTransformation: { ...metric, value: '1', unit: 'Count' },
    },
    options,
  )
  return createAlarm(
    name,
    {
      context,
      says: 'A settlement file was rejected, or lines of one were refused.',
      runbook: 'dead-letters',
      topicArn: alertsTopicArn,
      metric: { ...metric, dimensions: {}, statistic: 'Sum' },
      fires: { when: 'above', threshold: 0 },
    },
    { ...options, dependsOn: [counted] },
  ).arn
}
