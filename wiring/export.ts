import type { Alerts } from '../components/alerts.ts'
import type { Cluster } from '../components/cluster.ts'
import type { ConnectionPooler } from '../components/connection-pooler.ts'
import type { FrontDoor } from '../components/front-door.ts'
import type { MigrationRunner } from '../components/migration-runner.ts'
import type { Network } from '../components/network.ts'
import type { PaymentsDatabase } from '../components/payments-database.ts'
import type { RouteStore } from '../components/route-store.ts'
import type { ServiceSecrets } from '../components/service-secrets.ts'
import { holdPath } from '../deployed.ts'
import type { Exported, StackOutputs } from '../outputs.ts'
import type { Base } from './base.ts'
import type { LiftSecret } from './foundation.ts'

export interface Parts {
  alerts: Alerts
  cluster: Cluster
  network: Network
  liftSecrets: ServiceSecrets<LiftSecret>
  frontDoor: FrontDoor
  /** From `replicate` on. */
  replicate?:
    | {
        database: PaymentsDatabase
        routeStore: RouteStore
        pooler: ConnectionPooler
        runner: MigrationRunner
      }
    | undefined
}

/** What the stack exports: outputs.ts, filled in. */
export function exportOutputs({ settings, source: { removed } }: Base, parts: Parts): Exported<StackOutputs> {
  const { alerts, cluster, frontDoor, replicate } = parts
  const { stack, region, accountId, phase, weight, removal, window, approvals, onPremises } = settings
  return {
    stack,
    region,
    accountId,
    phase,
    weight,
    removal,
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
    ...(replicate && exportReplicate(parts, replicate)),
  }
}

function exportReplicate(
  { network, liftSecrets }: Parts,
  { database, routeStore, pooler, runner }: NonNullable<Parts['replicate']>,
): Pick<Exported<StackOutputs>, 'target' | 'gate' | 'runner'> {
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
    runner: {
      family: runner.runnerFamily,
      watchdogService: runner.watchdogService,
      journalBucket: runner.journalBucket,
      subnetIds: network.privateSubnetIds,
      securityGroupId: network.groups.runner,
    },
  }
}
