import type { Alerts } from '../components/alerts.ts'
import type { Cluster } from '../components/cluster.ts'
import type { ConnectionPooler } from '../components/connection-pooler.ts'
import type { FrontDoor } from '../components/front-door.ts'
import type { HeldSchedule } from '../components/function-trigger.ts'
import type { MigrationRunner } from '../components/migration-runner.ts'
import type { Network } from '../components/network.ts'
import type { PaymentsDatabase } from '../components/payments-database.ts'
import type { RouteStore } from '../components/route-store.ts'
import type { ServiceSecrets } from '../components/service-secrets.ts'
import { holdPath } from '../deployed.ts'
import type { Exported, StackOutputs, TaskOutputs } from '../outputs.ts'
import type { Base } from './base.ts'
import type { LiftSecret } from './foundation.ts'

export interface Parts extends TaskParts {
  /** From `replicate` on. */
  replicate?: (ReplicateParts & { runner: MigrationRunner }) | undefined
}

/** What there is before the runner. */
export interface TaskParts {
  alerts: Alerts
  cluster: Cluster
  network: Network
  liftSecrets: ServiceSecrets<LiftSecret>
  frontDoor: FrontDoor
  /** Of functions that write to the database: a switchover holds them. The program has none today. */
  schedules?: HeldSchedule[]
}

export interface ReplicateParts {
  database: PaymentsDatabase
  routeStore: RouteStore
  pooler: ConnectionPooler
}

/** What the stack exports: outputs.ts, filled in. */
export function exportOutputs(base: Base, parts: Parts): Exported<StackOutputs> {
  const { phase, weight, removal } = base.settings
  const { replicate, network } = parts
  return {
    ...taskOutputs(base, parts, replicate),
    phase,
    weight,
    removal,
    ...(replicate && {
      runner: {
        family: replicate.runner.runnerFamily,
        watchdogService: replicate.runner.watchdogService,
        journalBucket: replicate.runner.journalBucket,
        deskBucket: replicate.runner.deskBucket,
        subnetIds: network.privateSubnetIds,
        securityGroupId: network.groups.runner,
      },
    }),
  }
}

/** What the tasks of the lift get: the same, without what they must not hang on. */
export function taskOutputs(
  { settings, source: { removed } }: Base,
  parts: TaskParts,
  replicate?: ReplicateParts,
): Exported<TaskOutputs> {
  const { alerts, cluster, frontDoor, schedules = [] } = parts
  const { stack, region, accountId, window, approvals, onPremises } = settings
  return {
    stack,
    region,
    accountId,
    cluster: cluster.clusterName,
    alertsTopicArn: alerts.topicArn,
    holdPath: holdPath(stack),
    window,
    approvals,
    frontDoor: {
      dnsName: frontDoor.dnsName,
      listenerArn: frontDoor.listener.arn,
      metricName: frontDoor.metricName,
      cloudTargetGroupArn: frontDoor.cloudTargetGroup.arn,
      ...(frontDoor.onPremisesTargetGroup && {
        onPremisesTargetGroupArn: frontDoor.onPremisesTargetGroup.arn,
      }),
    },
    ...(!removed && { source: onPremises.database }),
    ...(replicate && ofReplicate(parts, replicate)),
    ...(schedules.length > 0 && { schedules: schedules.map(({ group, name }) => ({ group, name })) }),
  }
}

function ofReplicate(
  { liftSecrets }: TaskParts,
  { database, routeStore, pooler }: ReplicateParts,
): Pick<Exported<TaskOutputs>, 'target' | 'gate'> {
  return {
    target: {
      host: database.writerEndpoint,
      readerHost: database.readerEndpoint,
      port: database.port,
      name: database.databaseName,
      cluster: database.clusterIdentifier,
      ownerSecretArn: database.ownerSecretArn,
      applicationSecretArn: liftSecrets.arns['target-application'],
      replicationSecretArn: liftSecrets.arns['target-replication'],
    },
    gate: {
      host: pooler.host,
      port: pooler.port,
      service: pooler.serviceName,
      agentPort: pooler.agentPort,
      agentKeySecretArn: liftSecrets.arns['agent-key'],
      routeTable: routeStore.tableName,
    },
  }
}
