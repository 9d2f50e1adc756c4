import type { Bucket } from '../components/bucket.ts'
import type { Cluster } from '../components/cluster.ts'
import type { ConnectionPoolerArgs } from '../components/connection-pooler.ts'
import type { Images } from '../components/images.ts'
import { json } from '../components/json.ts'
import type { MigrationRunnerArgs } from '../components/migration-runner.ts'
import type { Network } from '../components/network.ts'
import type { PaymentsDatabase, PaymentsDatabaseArgs } from '../components/payments-database.ts'
import type { RouteStore, RouteStoreArgs } from '../components/route-store.ts'
import type { ServiceSecrets } from '../components/service-secrets.ts'
import { holdPath } from '../deployed.ts'
import type { Settings } from '../settings.ts'
import type { Base } from './base.ts'
import { type ReplicateParts, type TaskParts, taskOutputs } from './export.ts'
import type { LiftSecret } from './foundation.ts'

type AllImages = Images<keyof Settings['images']>

export const databaseArgs = ({ context, keys, settings }: Base, network: Network): PaymentsDatabaseArgs => {
  const { name: databaseName, ...database } = settings.database
  return {
    context,
    subnetIds: network.dataSubnetIds,
    securityGroupId: network.groups.database,
    ...database,
    databaseName,
    backupDays: settings.retention.backupDays,
    keys: { payments: keys.arns.payments, secrets: keys.arns.secrets, logs: keys.arns.logs },
    logDays: settings.retention.logDays,
  }
}

export const routeStoreArgs = ({ context, keys }: Base): RouteStoreArgs => ({
  context,
  keyArn: keys.arns.payments,
})

interface PoolerNeeds {
  liftSecrets: ServiceSecrets<LiftSecret>
  network: Network
  cluster: Cluster
  images: AllImages
  database: PaymentsDatabase
  routeStore: RouteStore
}

export const poolerArgs = (
  { context, keys, settings }: Base,
  { liftSecrets, network, cluster, images, database, routeStore }: PoolerNeeds,
): ConnectionPoolerArgs => {
  const { database: source } = settings.onPremises
  const { cpu, memory, tasks, serverConnections, clientConnections } = settings.pooler
  return {
    context,
    cluster,
    vpcId: network.vpcId,
    subnetIds: network.privateSubnetIds,
    groups: network.groups,
    size: { cpu, memory },
    tasks,
    routeStore,
    containers: {
      images: images.uris,
      databaseName: database.databaseName,
      serverConnections,
      clientConnections,
      source: { host: source.host, port: source.port },
      target: { host: database.writerEndpoint, port: database.port },
      secrets: {
        source: source.applicationSecretArn,
        target: liftSecrets.arns['target-application'],
        certificate: liftSecrets.arns['pooler-certificate'],
        agentKey: liftSecrets.arns['agent-key'],
      },
    },
    repositoryArns: [images.repositoryArns.pgbouncer, images.repositoryArns.routeAgent],
    keys: { payments: keys.arns.payments, secrets: keys.arns.secrets, logs: keys.arns.logs },
    logDays: settings.retention.logDays,
  }
}

interface RunnerNeeds extends TaskParts, ReplicateParts {
  accessLogs: Bucket
  images: AllImages
}

export const runnerArgs = (base: Base, needs: RunnerNeeds): MigrationRunnerArgs => {
  const {
    context,
    keys,
    settings,
    source: { removed },
  } = base
  const { accessLogs, liftSecrets, network, cluster, images, frontDoor, database, routeStore, pooler } = needs
  const { database: source } = settings.onPremises
  const sourceSecrets = removed ? [] : [source.ownerSecretArn, source.replicationSecretArn]
  return {
    context,
    cluster,
    subnetIds: network.privateSubnetIds,
    securityGroupId: network.groups.runner,
    image: images.uris.runner,
    repositoryArn: images.repositoryArns.runner,
    environment: {
      LIFT_STACK: settings.stack,
      STACK_OUTPUTS: json(taskOutputs(base, needs, needs)),
    },
    rights: {
      routeTableArn: routeStore.tableArn,
      poolerService: pooler.serviceName,
      holdPath: holdPath(settings.stack),
      listenerArn: frontDoor.listener.arn,
      schedules: needs.schedules ?? [],
      secretArns: [
        ...sourceSecrets,
        database.ownerSecretArn,
        liftSecrets.arns['target-replication'],
        liftSecrets.arns['agent-key'],
      ],
    },
    keys: {
      evidence: keys.arns.evidence,
      payments: keys.arns.payments,
      secrets: keys.arns.secrets,
      logs: keys.arns.logs,
    },
    accessLogs,
    sourceRemoved: removed,
    evidenceDays: settings.retention.evidenceDays,
    logDays: settings.retention.logDays,
  }
}
