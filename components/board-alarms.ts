import type { AlarmArgs } from './alarm.ts'
import type { Watched } from './board-plots.ts'

type BoardAlarm = Pick<AlarmArgs, 'says' | 'runbook' | 'metric' | 'fires'>

const gib = 1024 ** 3
/**
 * The only sign of a slot's lag that Aurora gives CloudWatch: WAL kept for it, in bytes; -1 while nothing replicates
 * logically. `OldestReplicationSlotLag` is of RDS for PostgreSQL, and `ReplicationSlotDiskUsage` counts the slots' own
 * files. How many seconds the other side lags only the databases know; the runbooks ask them.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
 */
const slotLag = 'TransactionLogsDiskUsage'
/** WAL kept for a slot nobody reads fills the volume; from here on there are hours left, not minutes. */
const slotLagLimitBytes = 10 * gib
/** While on-premises follows AWS it should lag by seconds; so much WAL is minutes at 1,000 payments a second. */
const wayBackLimitBytes = gib

/** Alarms on what no single component owns, by the last part of their names. */
export function boardAlarms(watched: Watched): Record<string, BoardAlarm> {
  const { frontDoor, database, pooler, wayBack } = watched
  const { loadBalancer, cloudTargetGroup, onPremisesTargetGroup } = frontDoor
  const errors = (side: string, group: typeof cloudTargetGroup): BoardAlarm => ({
    says: `The ${side} side answers with server errors.`,
    // Before a cutover traffic-back is right, after it rollback: that page says which.
    runbook: 'payments-stopped',
    metric: {
      namespace: 'AWS/ApplicationELB',
      name: 'HTTPCode_Target_5XX_Count',
      dimensions: { LoadBalancer: loadBalancer, TargetGroup: group },
      statistic: 'Sum',
    },
    fires: { when: 'atLeast', threshold: 10, periods: 2 },
  })
  const ofDatabase = (name: string, statistic: 'Maximum' | 'Sum') => ({
    namespace: 'AWS/RDS',
    name,
    dimensions: { DBClusterIdentifier: database!.clusterIdentifier },
    statistic,
  })
  return {
    'front-door-errors': {
      says: 'The front door itself fails requests: no side takes them.',
      runbook: 'payments-stopped',
      metric: {
        namespace: 'AWS/ApplicationELB',
        name: 'HTTPCode_ELB_5XX_Count',
        dimensions: { LoadBalancer: loadBalancer },
        statistic: 'Sum',
      },
      fires: { when: 'atLeast', threshold: 5, periods: 2 },
    },
    'cloud-errors': errors('cloud', cloudTargetGroup),
    ...(onPremisesTargetGroup !== undefined && {
      'on-premises-errors': errors('on-premises', onPremisesTargetGroup),
    }),
    ...(database && {
      'slot-lag': {
        says: 'A replication slot of the target keeps WAL that nobody reads.',
        runbook: 'replication-stalled',
        metric: ofDatabase(slotLag, 'Maximum'),
        fires: { when: 'above', threshold: slotLagLimitBytes, periods: 3 },
      },
      'database-cpu': {
        says: 'The database works at its limit.',
        runbook: 'database-busy',
        metric: ofDatabase('CPUUtilization', 'Maximum'),
        fires: { when: 'above', threshold: 90, periods: 5 },
      },
    }),
    ...(database &&
      wayBack && {
        'way-back-lag': {
          says: 'On-premises does not follow AWS: a rollback is refused until it has caught up.',
          runbook: 'replication-stalled' as const,
          metric: ofDatabase(slotLag, 'Maximum'),
          fires: { when: 'above' as const, threshold: wayBackLimitBytes, periods: 3 },
        },
      }),
    ...(pooler && {
      'pooler-busy': {
        says: 'The poolers work at their limit: clients wait for connections.',
        runbook: 'database-busy',
        metric: {
          namespace: 'AWS/ECS',
          name: 'CPUUtilization',
          dimensions: { ClusterName: pooler.clusterName, ServiceName: pooler.serviceName },
          statistic: 'Maximum',
        },
        fires: { when: 'above', threshold: 80, periods: 5 },
      },
    }),
  }
}
