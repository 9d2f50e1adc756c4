import { Alerts } from './components/alerts.ts'
import { BillingAlerts } from './components/billing-alerts.ts'
import { Bucket } from './components/bucket.ts'
import { Cluster } from './components/cluster.ts'
import { ConnectionPooler } from './components/connection-pooler.ts'
import { contextOf } from './components/context.ts'
import { FargateService } from './components/fargate-service.ts'
import { FrontDoor } from './components/front-door.ts'
import { HostService } from './components/host-service.ts'
import { IdempotencyStore } from './components/idempotency-store.ts'
import { Images } from './components/images.ts'
import { Keys } from './components/keys.ts'
import { LogPipeline } from './components/log-pipeline.ts'
import { MigrationBoard } from './components/migration-board.ts'
import { MigrationRunner } from './components/migration-runner.ts'
import { Network } from './components/network.ts'
import { PaymentQueue } from './components/payment-queue.ts'
import { PaymentsDatabase } from './components/payments-database.ts'
import { RouteStore } from './components/route-store.ts'
import { ServiceSecrets } from './components/service-secrets.ts'
import { SettlementFiles } from './components/settlement-files.ts'
import { transformEverything } from './components/tags.ts'
import { VpcFunction } from './components/vpc-function.ts'
import { refuseIllegalMove } from './deployed.ts'
import { settingsOfStack } from './settings/of-stack.ts'
import { type Base, baseOf } from './wiring/base.ts'
import { type BoardNeeds, boardArgs } from './wiring/board.ts'
import * as services from './wiring/canary.ts'
import { exportOutputs, type Parts } from './wiring/export.ts'
import * as foundation from './wiring/foundation.ts'
import * as logging from './wiring/logs.ts'
import * as replication from './wiring/replicate.ts'

/** The program: what a stack's settings ask for, phase by phase. The folder wiring/ says what each part gets. */
export default async function program() {
  const settings = settingsOfStack()
  await refuseIllegalMove(settings)
  transformEverything(settings)

  // foundation: network and link to on-premises, front door, log pipeline, billing alerts
  const keys = new Keys('keys', { context: contextOf(settings) })
  const base = baseOf(settings, keys)
  const alerts = new Alerts('alerts', foundation.alertsArgs(base))
  const images = new Images('images', foundation.imagesArgs(base))
  const cluster = new Cluster('cluster', foundation.clusterArgs(base, alerts))
  const accessLogs = new Bucket('accessLogs', foundation.accessLogsArgs(base))
  const network = new Network('network', foundation.networkArgs(base))
  const frontDoor = new FrontDoor('frontDoor', foundation.frontDoorArgs(base, { network, accessLogs }))
  const logs = new LogPipeline(
    'logs',
    logging.logPipelineArgs(base, { alerts, images, cluster, accessLogs, network }),
  )
  new BillingAlerts('costs', logging.billingArgs(base))
  const liftSecrets = new ServiceSecrets('lift-secrets', foundation.liftSecretsArgs(base))
  const secrets = new ServiceSecrets('secrets', services.secretsArgs(base))
  const built = { alerts, images, cluster, network, accessLogs, frontDoor, logs, liftSecrets }
  if (!base.context.reaches('replicate')) return finish(base, built)

  // replicate: the target, the write gate, and what carries out the runbooks
  const database = new PaymentsDatabase('database', replication.databaseArgs(base, network))
  const routeStore = new RouteStore('routeStore', replication.routeStoreArgs(base))
  const poolerArgs = replication.poolerArgs(base, { ...built, database, routeStore })
  const pooler = new ConnectionPooler('pooler', poolerArgs)
  const runnerArgs = replication.runnerArgs(base, { ...built, database, routeStore, pooler })
  const runner = new MigrationRunner('runner', runnerArgs)
  const replicate = { database, routeStore, pooler, runner }
  if (!base.context.reaches('canary')) return finish(base, { ...built, replicate })

  // canary: services and functions; requests move by weight
  const queue = new PaymentQueue('webhook-queue', services.queueArgs(base, alerts))
  const idempotency = new IdempotencyStore('idempotency', services.idempotencyArgs(base))
  const needs = { ...built, pooler, secrets, queue, idempotency }
  const api = new FargateService('api', services.apiArgs(base, needs))
  new HostService('outbox-relay', services.relayArgs(base, needs))
  const settlement = new SettlementFiles('settlement', services.settlementArgs(base, needs))
  const webhooks = new VpcFunction('webhooks', services.webhooksArgs(base, needs))
  const canary = { api, settlement, webhooks, queue }

  // cutover: alarms on the way back (the board's)
  // decommission: nothing new; the link, the on-premises targets and replication's ways go (base.source)
  return finish(base, { ...built, replicate, canary })
}

/** The board shows what there is, whatever the phase. */
function finish(base: Base, parts: BoardNeeds & Parts) {
  new MigrationBoard('board', boardArgs(base, parts))
  return exportOutputs(base, parts)
}
