import type * as pulumi from '@pulumi/pulumi'
import { type AlarmArgs, createAlarm } from './alarm.ts'
import type { Context } from './context.ts'
import { type Invocation, isAsync } from './invocation.ts'

export interface FunctionAlarmsArgs {
  context: Context
  functionName: pulumi.Input<string>
  invocation: Invocation
  timeoutSeconds: number
  alertsTopicArn: pulumi.Input<string>
}

type Watch = Pick<AlarmArgs, 'says' | 'runbook' | 'fires'> & { metric: string; statistic?: 'Sum' | 'p99' }

/** A function this near its time-out will soon cross it. */
const nearTimeout = 0.8

/** What is watched of a function, by the last part of the alarm's name. */
export const functionWatches = (
  name: string,
  invocation: Invocation,
  timeoutSeconds: number,
): Record<string, Watch> => ({
  errors: {
    says: `Function ${name} fails.`,
    runbook: 'dead-letters',
    metric: 'Errors',
    fires: { when: 'atLeast', threshold: 3, periodSeconds: 300 },
  },
  throttles: {
    says: `Function ${name} is throttled at its reserved concurrency.`,
    runbook: 'function-throttled',
    metric: 'Throttles',
    fires: { when: 'above', threshold: 0, periodSeconds: 300, periods: 2 },
  },
  slow: {
    says: `One in a hundred runs of function ${name} takes over ${nearTimeout * 100} % of its time-out.`,
    runbook: 'function-throttled',
    metric: 'Duration',
    statistic: 'p99',
    fires: { when: 'above', threshold: timeoutSeconds * 1000 * nearTimeout, periodSeconds: 300, periods: 2 },
  },
  ...(isAsync(invocation) && {
    lost: {
      says: `An event of function ${name} failed and did not reach its dead letters: it is lost.`,
      runbook: 'dead-letters' as const,
      metric: 'DestinationDeliveryFailures',
      fires: { when: 'above' as const, threshold: 0 },
    },
  }),
})

/** The alarms of one function. Returns their ARNs. */
export function functionAlarms(
  name: string,
  { context, functionName, invocation, timeoutSeconds, alertsTopicArn }: FunctionAlarmsArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string>[] {
  return Object.entries(functionWatches(name, invocation, timeoutSeconds)).map(
    ([part, { says, runbook, fires, metric, statistic = 'Sum' }]) =>
      createAlarm(
        `${name}-${part}`,
        {
          context,
          says,
          runbook,
          topicArn: alertsTopicArn,
          metric: {
            namespace: 'AWS/Lambda',
            name: metric,
            dimensions: { FunctionName: functionName },
            statistic,
          },
          fires,
        },
        options,
      ).arn,
  )
}
