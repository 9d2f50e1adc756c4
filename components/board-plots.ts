import type * as pulumi from '@pulumi/pulumi'
import type { Plot } from './board-widgets.ts'

type Name = pulumi.Input<string>

/** What the board watches; parts that a phase does not have are left out. */
export interface Watched {
  frontDoor: {
    /** `app/…`, as CloudWatch's metrics name it. */
    loadBalancer: Name
    cloudTargetGroup: Name
    /** Undefined once the source is left. */
    onPremisesTargetGroup?: Name | undefined
  }
  database?: { clusterIdentifier: Name } | undefined
  pooler?: { clusterName: Name; serviceName: Name; loadBalancer?: Name } | undefined
  services?: { clusterName: Name; serviceNames: Name[] } | undefined
  functions?: Name[]
  queues?: Name[]
  /** From `cutover` on, until the source is left: on-premises follows AWS, so that the way back loses nothing. */
  wayBack: boolean
}

const alb = 'AWS/ApplicationELB'
const rds = 'AWS/RDS'

/** The plots of the board, in the order in which a request meets what they show. */
export function boardPlots(watched: Watched): Plot[] {
  const { frontDoor, database, pooler, services, functions = [], queues = [] } = watched
  const { loadBalancer, cloudTargetGroup, onPremisesTargetGroup } = frontDoor
  const sides: [string, Name][] = [
    ...(onPremisesTargetGroup === undefined
      ? []
      : [['on-premises', onPremisesTargetGroup] satisfies [string, Name]]),
    ['cloud', cloudTargetGroup],
  ]
  const bySide = (metric: string) =>
    sides.map(([label, group]) => [
      alb,
      metric,
      'TargetGroup',
      group,
      'LoadBalancer',
      loadBalancer,
      { label },
    ])
  const cluster = database && ['DBClusterIdentifier', database.clusterIdentifier]
  const service = (clusterName: Name, serviceName: Name) => [
    'ClusterName',
    clusterName,
    'ServiceName',
    serviceName,
  ]
  return [
    { title: 'Requests by side', rows: bySide('RequestCount'), stacked: true },
    { title: 'Response time p99 by side, s', rows: bySide('TargetResponseTime'), stat: 'p99' },
    { title: 'Server errors by side', rows: bySide('HTTPCode_Target_5XX_Count') },
    { title: 'Unhealthy targets', rows: bySide('UnHealthyHostCount'), stat: 'Maximum' },
    ...(cluster
      ? [
          {
            title: 'WAL kept for replication slots, and what large transactions spill, bytes',
            rows: [
              [rds, 'TransactionLogsDiskUsage', ...cluster],
              [rds, 'ReplicationSlotDiskUsage', ...cluster],
            ],
            stat: 'Maximum',
          },
          {
            title: 'Database connections and CPU, %',
            rows: [
              [rds, 'DatabaseConnections', ...cluster],
              [rds, 'CPUUtilization', ...cluster, { yAxis: 'right' }],
            ],
            stat: 'Maximum',
          },
          { title: 'Commits a second', rows: [[rds, 'CommitThroughput', ...cluster]], stat: 'Average' },
        ]
      : []),
    ...(pooler
      ? [
          {
            title: 'Pooler CPU, %',
            rows: [['AWS/ECS', 'CPUUtilization', ...service(pooler.clusterName, pooler.serviceName)]],
            stat: 'Maximum',
          },
        ]
      : []),
    ...(services && services.serviceNames.length > 0
      ? [
          {
            title: 'Tasks running',
            rows: services.serviceNames.map((name) => [
              'ECS/ContainerInsights',
              'RunningTaskCount',
              ...service(services.clusterName, name),
            ]),
            stat: 'Minimum',
          },
        ]
      : []),
    ...(functions.length > 0
      ? [
          {
            title: 'Functions: errors and throttles',
            rows: functions.flatMap((name) => [
              ['AWS/Lambda', 'Errors', 'FunctionName', name],
              ['AWS/Lambda', 'Throttles', 'FunctionName', name],
            ]),
          },
        ]
      : []),
    ...(queues.length > 0
      ? [
          {
            title: 'Queues: age of the oldest message, s',
            rows: queues.map((name) => ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', name]),
            stat: 'Maximum',
          },
        ]
      : []),
  ]
}
