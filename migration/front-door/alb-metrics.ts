import { calling, lazily, patience } from '../aws/service.ts'
import type { SideMetrics } from './front-door.ts'

/** One series of CloudWatch: a value a minute. */
export interface Series {
  id: string
  values: number[]
}

const wanted = {
  requests: ['RequestCount', 'Sum'],
  errors: ['HTTPCode_Target_5XX_Count', 'Sum'],
  // A target that refuses the connection gives no 5xx of its own.
  refused: ['TargetConnectionErrorCount', 'Sum'],
  p50: ['TargetResponseTime', 'p50'],
  p99: ['TargetResponseTime', 'p99'],
} as const
type Wanted = keyof typeof wanted

/** CloudWatch keeps what an ALB counts by the minute. */
const periodMs = 60_000

/**
 * Counts of one target group, from the first whole minute after `since`. Percentiles of minutes cannot be put together:
 * the worst minute stands for all. CloudWatch is a minute or two behind, so a weight must be watched for longer.
 */
export function albMetrics(loadBalancer: string, region: string, alarmPrefix: string | undefined) {
  const load = lazily(async () => {
    const sdk = await import('@aws-sdk/client-cloudwatch')
    return { sdk, client: new sdk.CloudWatchClient({ ...patience, region }) }
  })

  return {
    async of(targetGroup: string, since: number, now = Date.now()): Promise<SideMetrics> {
      const begin = Math.ceil(since / periodMs) * periodMs
      if (begin >= now) return sideMetrics([])
      const { client, sdk } = await load()
      const Dimensions = [
        { Name: 'LoadBalancer', Value: loadBalancer },
        { Name: 'TargetGroup', Value: targetGroup.slice(targetGroup.indexOf('targetgroup/')) },
      ]
      const MetricDataQueries = Object.entries(wanted).map(([Id, [MetricName, Stat]]) => ({
        Id,
        MetricStat: { Metric: { Namespace: 'AWS/ApplicationELB', MetricName, Dimensions }, Period: 60, Stat },
      }))
      const { MetricDataResults = [] } = await calling('cloudwatch:GetMetricData', targetGroup, () =>
        client.send(
          new sdk.GetMetricDataCommand({
            MetricDataQueries,
            StartTime: new Date(begin),
            EndTime: new Date(now),
          }),
        ),
      )
      return sideMetrics(MetricDataResults.map(({ Id = '', Values = [] }) => ({ id: Id, values: Values })))
    },
    /** Alarms that fire, each with its reason. */
    async alarms(): Promise<string[]> {
      if (!alarmPrefix) return []
      const { client, sdk } = await load()
      const { MetricAlarms = [] } = await calling('cloudwatch:DescribeAlarms', `${alarmPrefix}*`, () =>
        client.send(new sdk.DescribeAlarmsCommand({ AlarmNamePrefix: alarmPrefix, StateValue: 'ALARM' })),
      )
      const firing = MetricAlarms.filter(({ StateValue }) => StateValue === 'ALARM')
      return firing.map(({ AlarmName, AlarmDescription }) => `${AlarmName}: ${AlarmDescription ?? ''}`)
    },
  }
}

export function sideMetrics(series: Series[]): SideMetrics {
  const of = (id: Wanted) => series.find((one) => one.id === id)?.values ?? []
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const worstMs = (values: number[]) => 1000 * Math.max(0, ...values)
  return {
    requests: sum(of('requests')),
    errors: sum(of('errors')) + sum(of('refused')),
    p50Ms: worstMs(of('p50')),
    p99Ms: worstMs(of('p99')),
  }
}
