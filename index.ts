import { Alerts } from './components/alerts.ts'
import { Bucket } from './components/bucket.ts'
import { Cluster } from './components/cluster.ts'
import { ConnectionPooler } from './components/connection-pooler.ts'
import { contextOf } from './components/context.ts'
import { FrontDoor } from './components/front-door.ts'
import { Images } from './components/images.ts'
import { Keys } from './components/keys.ts'
import { MigrationRunner } from './components/migration-runner.ts'
import { Network } from './components/network.ts'
import { PaymentsDatabase } from './components/payments-database.ts'
import { RouteStore } from './components/route-store.ts'
import { transformEverything } from './components/tags.ts'
import { refuseIllegalMove } from './deployed.ts'
import { settingsOfStack } from './settings/of-stack.ts'
import { baseOf } from './wiring/base.ts'
import { exportOutputs } from './wiring/export.ts'
import * as foundation from './wiring/foundation.ts'
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
  const built = { alerts, images, cluster, network, accessLogs, frontDoor }
  if (!base.context.reaches('replicate')) return exportOutputs(base, built)

  // replicate: the target, the write gate, and what carries out the runbooks
  const database = new PaymentsDatabase('database', replication.databaseArgs(base, network))
  const routeStore = new RouteStore('routeStore', replication.routeStoreArgs(base))
  const poolerArgs = replication.poolerArgs(base, { ...built, database, routeStore })
  const pooler = new ConnectionPooler('pooler', poolerArgs)
  const runnerArgs = replication.runnerArgs(base, { ...built, database, routeStore, pooler })
  const runner = new MigrationRunner('runner', runnerArgs)
  const replicate = { database, routeStore, pooler, runner }
  if (!base.context.reaches('canary')) return exportOutputs(base, { ...built, replicate })

  // canary: services and functions; requests move by weight

  // cutover: alarms on the way back
  // decommission: nothing new; the link, the on-premises targets and replication's ways go (base.source)
  return exportOutputs(base, { ...built, replicate })
}
