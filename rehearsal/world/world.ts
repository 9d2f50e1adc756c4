import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { localJournal } from '../../migration/store/open.ts'
import type { KeptWatchdog } from '../../migration/watchdog/keep.ts'
import type { Cloud } from '../aws/cloud.ts'
import { createSandbox, type Sandbox } from '../host/sandbox.ts'
import { type ServerProcess, startServer } from '../host/server-process.ts'
import { type Databases, database, startDatabases } from './databases.ts'
import { type GateKind, type Services, startServices } from './services.ts'
import { superviseWatchdog } from './watchdog.ts'

/** A payments system on one machine, on both sides of the lift, and the site file that the runbooks read. */
export interface World {
  sandbox: Sandbox
  databases: Databases
  services: Services
  frontDoor: ServerProcess
  siteFile: string
  journal: string
  gate: GateKind
  watchdog: KeptWatchdog
  /** AWS, as an emulator has it. */
  cloud?: Cloud
  close(): Promise<void>
}

export interface WorldOptions {
  gate: GateKind
  /** How long each weight is watched, milliseconds. */
  soakMs: number
  sandbox?: Sandbox
  /** Goes through the AWS SDK to an emulator: journal, weights, route and hold. */
  aws?: 'moto' | undefined
  /** Limits of the site beyond those of a rehearsal. */
  limits?: Record<string, number>
  /** How the watchdog is started beyond the usual. */
  watchdog?: Parameters<typeof superviseWatchdog>[2]
}

export async function createWorld({
  gate,
  sandbox = createSandbox(),
  ...options
}: WorldOptions): Promise<World> {
  try {
    // Loaded only where it is used: the SDK takes a while.
    const cloud = options.aws && (await (await import('../aws/cloud.ts')).startCloud(sandbox))
    const databases = await startDatabases(sandbox)
    const services = await startServices(sandbox, databases, gate, cloud)
    const frontDoor = await startServer(sandbox, 'front-door', 'rehearsal/front-door/server.ts', {
      ON_PREMISES: `http://127.0.0.1:${services.onPremises.port}`,
      CLOUD: `http://127.0.0.1:${services.cloud.port}`,
    })
    const journal = cloud ? localJournal(cloud) : join(sandbox.dir, 'journal')
    mkdirSync(journal, { recursive: true })
    const siteFile = join(sandbox.dir, 'site.yaml')
    writeFileSync(siteFile, stringify(site(databases, services, frontDoor, options, cloud)), { mode: 0o600 })
    const stopFollowing = cloud && (await followed(sandbox, cloud, frontDoor))
    const watchdog = await superviseWatchdog(sandbox, siteFile, options.watchdog)
    return {
      sandbox,
      databases,
      services,
      frontDoor,
      siteFile,
      journal,
      gate,
      watchdog,
      ...(cloud && { cloud }),
      async close() {
        await stopFollowing?.()
        watchdog.stop()
        await sandbox.close()
      },
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

async function followed(sandbox: Sandbox, cloud: Cloud, frontDoor: ServerProcess) {
  const { followListener } = await import('../aws/follow-listener.ts')
  return followListener(sandbox, cloud, adminOf(frontDoor))
}

const adminOf = ({ adminPort }: ServerProcess): string => `http://127.0.0.1:${adminPort}`

function site(
  { source, target, replication }: Databases,
  services: Services,
  frontDoor: ServerProcess,
  { soakMs, limits }: Pick<WorldOptions, 'soakMs' | 'limits'>,
  cloud?: Cloud,
) {
  const side = (server: Databases['source']) => ({
    url: server.url(database),
    replicationUrl: server.url(database, replication.user, replication.password),
  })
  const { balancer, holdPath, journal = './journal', desk } = cloud ?? {}
  return {
    source: side(source),
    target: side(target),
    gate: gateOf(services, cloud),
    frontDoor: balancer
      ? { kind: 'alb', ...balancer, holdPath, metrics: adminOf(frontDoor) }
      : { kind: 'local', admin: adminOf(frontDoor) },
    journal,
    ...(desk && { desk }),
    // A busy laptop is slow, not broken: the rehearsal must not take that for a fault of the cloud side.
    limits: { soakMs, p99Ms: 2000, ...limits },
  }
}

function gateOf({ poolers, poolerTasks, onPremises, cloud: inCloud }: Services, cloud?: Cloud) {
  if (cloud && poolerTasks.length > 0) {
    const { agentKeySecret, routeTable } = cloud
    const tasks = { agents: poolerTasks.map(({ agentUrl }) => agentUrl) }
    return { kind: 'poolers', database, tasks, agentKeySecret, routeTable }
  }
  if (poolers.length === 0)
    return { kind: 'agents', agents: [onPremises, inCloud].map((service) => ({ url: adminOf(service) })) }
  return {
    kind: 'pgbouncer',
    database,
    poolers: poolers.map(({ admin, ini }) => ({ admin, ini })),
    appUrl: poolers[0]?.appUrl,
  }
}
