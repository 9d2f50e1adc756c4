import * as aws from '@pulumi/aws'
import type * as pulumi from '@pulumi/pulumi'
import { createAlarm, runbookFile } from './alarm.ts'
import { Component } from './component.ts'
import type { Context } from './context.ts'

/**
 * A way into the pipeline, and how one knows that it should not be quiet: hosts and services say something every
 * minute, functions speak only when invoked, so what they wrote is compared with what arrived.
 */
export type LogWay =
  | { way: 'functions'; logGroups: string[] }
  | { way: 'hosts' | 'services'; logGroups?: undefined }

export interface LogWaysArgs {
  context: Context
  /** Log group of Logstash; each minute it writes `{"event":"counted","way":"hosts","lines":123}` for every way. */
  logstashGroup: pulumi.Input<string>
  /** The ways that are in use. */
  ways: LogWay[]
  alertsTopicArn: pulumi.Input<string>
}

const periodSeconds = 300
const periods = 3
/** An alarm takes ten metrics; one of them is what arrived. */
const mostGroups = 8

export const metricNamespace = (stack: string): string => `payments-lift/${stack}/logs`

/** What an alarm on compared metrics reads: did they write, and did nothing arrive? */
export function comparedQueries(logGroups: string[], namespace: string, metricName: string) {
  const wrote = logGroups.map((_, index) => `FILL(w${index},0)`).join('+')
  return [
    {
      id: 'quiet',
      expression: `IF((${wrote})>0 AND FILL(arrived,0)<1,1,0)`,
      label: 'wrote, and nothing arrived',
      returnData: true,
    },
    {
      id: 'arrived',
      metric: { namespace, metricName, stat: 'Sum', period: periodSeconds },
    },
    ...logGroups.map((group, index) => ({
      id: `w${index}`,
      metric: {
        namespace: 'AWS/Logs',
        metricName: 'IncomingLogEvents',
        dimensions: { LogGroupName: group },
        stat: 'Sum',
        period: periodSeconds,
      },
    })),
  ]
}

/** Counts what arrives by each way, and tells people when one has been quiet for a quarter of an hour. */
export class LogWays extends Component {
  readonly alarmArns: pulumi.Output<string>[]

  constructor(name: string, args: LogWaysArgs, options?: pulumi.ComponentResourceOptions) {
    super('LogWays', name, options)
    const { context, logstashGroup, ways } = args
    const namespace = metricNamespace(context.stack)
    this.alarmArns = ways.map((each) => {
      const metricName = `lines-${each.way}`
      const counted = new aws.cloudwatch.LogMetricFilter(
        this.named(each.way),
        {
          logGroupName: logstashGroup,
          name: each.way,
          pattern: `{ $.event = "counted" && $.way = "${each.way}" }`,
          metricTransformation: { namespace, name: metricName, value: '$.lines', unit: 'Count' },
        },
        this.child(),
      )
      return each.logGroups
        ? this.compare(args, each.way, each.logGroups, namespace, metricName, counted)
        : this.listen(args, each.way, namespace, metricName, counted)
    })
    this.registerOutputs({ ways: ways.map(({ way }) => way) })
  }

  private listen(
    { context, alertsTopicArn }: LogWaysArgs,
    way: string,
    namespace: string,
    name: string,
    counted: pulumi.Resource,
  ): pulumi.Output<string> {
    return createAlarm(
      this.named(`${way}-quiet`),
      {
        context,
        says: `No log line of ${way} has arrived for 15 minutes.`,
        runbook: 'log-pipeline-quiet',
        topicArn: alertsTopicArn,
        metric: { namespace, name, dimensions: {}, statistic: 'Sum' },
        fires: { when: 'below', threshold: 1, periodSeconds, periods, missing: 'alarm' },
      },
      this.child({ dependsOn: [counted] }),
    ).arn
  }

  private compare(
    { context, alertsTopicArn }: LogWaysArgs,
    way: string,
    logGroups: string[],
    namespace: string,
    name: string,
    counted: pulumi.Resource,
  ): pulumi.Output<string> {
    if (logGroups.length === 0 || logGroups.length > mostGroups) {
      throw new Error(`${way}: an alarm compares 1 to ${mostGroups} log groups, not ${logGroups.length}`)
    }
    return new aws.cloudwatch.MetricAlarm(
      this.named(`${way}-quiet`),
      {
        name: context.name('alarm', this.named(`${way}-quiet`)),
        alarmDescription: `Functions wrote log lines, and none has arrived for 15 minutes. Runbook: ${runbookFile('log-pipeline-quiet')}`,
        metricQueries: comparedQueries(logGroups, namespace, name),
        comparisonOperator: 'GreaterThanOrEqualToThreshold',
        threshold: 1,
        evaluationPeriods: periods,
        treatMissingData: 'notBreaching',
        alarmActions: [alertsTopicArn],
        okActions: [alertsTopicArn],
      },
      this.child({ dependsOn: [counted] }),
    ).arn
  }
}
