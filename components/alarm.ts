import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import type { Context } from './context.ts'

/** The runbooks that answer an alarm; each is a file `runbooks/<name>.md`. */
export const alarmRunbooks = [
  'billing-alarm',
  'database-busy',
  'dead-letters',
  'function-throttled',
  'log-pipeline-quiet',
  'payments-stopped',
  'replication-stalled',
] as const
export type AlarmRunbook = (typeof alarmRunbooks)[number]

export const runbookFile = (runbook: AlarmRunbook): string => `runbooks/${runbook}.md`

export interface AlarmArgs {
  context: Context
  /** What has happened when it fires, as a sentence: `Messages lie in the dead-letter queue of webhooks.` */
  says: string
  /** What answers it; named in the message that people get. */
  runbook: AlarmRunbook
  /** Topic that tells people. Undefined: nobody is told, boards and gates see it. */
  topicArn: pulumi.Input<string> | undefined
  metric: {
    /** Such as AWS/SQS. */
    namespace: string
    name: string
    dimensions: Record<string, pulumi.Input<string>>
    /** `Sum`, `Maximum`, `Average`, `Minimum`, or a percentile such as `p99`. */
    statistic: 'Sum' | 'Maximum' | 'Average' | 'Minimum' | `p${number}`
  }
  fires: {
    when: 'above' | 'atLeast' | 'below'
    threshold: pulumi.Input<number>
    /** How long a value is gathered, in seconds. Default: 60. */
    periodSeconds?: number
    /** How many periods in a row. Default: 1. */
    periods?: number
    /** No value at all: `fine`, or `alarm` for what must never fall silent. Default: fine. */
    missing?: 'fine' | 'alarm'
  }
  /** Where the metric is, if not in the stack's region. */
  region?: string
}

const operators = {
  above: 'GreaterThanThreshold',
  atLeast: 'GreaterThanOrEqualToThreshold',
  below: 'LessThanThreshold',
} as const

/** An alarm with a known name, `payments-lift-prod-<name>`, whose message names its runbook. */
export function createAlarm(
  name: string,
  { context, says, runbook, topicArn, metric, fires, region }: AlarmArgs,
  options: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
  const told = topicArn === undefined ? [] : [topicArn]
  const percentile = metric.statistic.startsWith('p')
  return new aws.cloudwatch.MetricAlarm(
    name,
    {
      name: context.name('alarm', name),
      alarmDescription: `${says} Runbook: ${runbookFile(runbook)}`,
      namespace: metric.namespace,
      metricName: metric.name,
      dimensions: metric.dimensions,
      ...(percentile ? { extendedStatistic: metric.statistic } : { statistic: metric.statistic }),
      comparisonOperator: operators[fires.when],
      threshold: fires.threshold,
      period: fires.periodSeconds ?? 60,
      evaluationPeriods: fires.periods ?? 1,
      treatMissingData: fires.missing === 'alarm' ? 'breaching' : 'notBreaching',
      alarmActions: told,
      okActions: told,
      ...(region && { region }),
    },
    options,
  )
}
