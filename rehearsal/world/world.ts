import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createSandbox, type Sandbox } from '../host/sandbox.ts'
import { type ServerProcess, startServer } from '../host/server-process.ts'
import { type Databases, database, startDatabases } from './databases.ts'
import { type GateKind, type Services, startServices } from './services.ts'
import { type SupervisedWatchdog, superviseWatchdog } from './watchdog.ts'

/** A payments system on one machine, on both sides of the lift, and the site file that the runbooks read. */
export interface World {
  sandbox: Sandbox
  databases: Databases
  services: Services
  frontDoor: ServerProcess
  siteFile: string
  journal: string
  gate: GateKind
  watchdog: SupervisedWatchdog
  close(): Promise<void>
}

export interface WorldOptions {
  gate: GateKind
  /** How long each weight is watched, milliseconds. */
  soakMs: number
  sandbox?: Sandbox
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
    const databases = await startDatabases(sandbox)
    const services = await startServices(sandbox, databases, gate)
    const frontDoor = await startServer(sandbox, 'front-door', 'rehearsal/front-door/server.ts', {
      ON_PREMISES: `http://127.0.0.1:${services.onPremises.port}`,
      CLOUD: `http://127.0.0.1:${services.cloud.port}`,
    })
    const journal = join(sandbox.dir, 'journal')
    mkdirSync(journal, { recursive: true })
    const siteFile = join(sandbox.dir, 'site.yaml')
    writeFileSync(siteFile, stringify(site(databases, services, frontDoor, options)), { mode: 0o600 })
    const watchdog = superviseWatchdog(sandbox, siteFile, options.watchdog)
    return {
      sandbox,
      databases,
      services,
      frontDoor,
      siteFile,
      journal,
      gate,
      watchdog,
      async close() {
        watchdog.stop()
        await sandbox.close()
      },
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

function site(
  { source, target, replication }: Databases,
  services: Services,
  frontDoor: ServerProcess,
  { soakMs, limits }: Pick<WorldOptions, 'soakMs' | 'limits'>,
) {
  const side = (server: Databases['source']) => ({
    url: server.url(database),
    replicationUrl: server.url(database, replication.user, replication.password),
  })
  return {
    source: side(source),
    target: side(target),
    gate:
      services.poolers.length === 0
        ? {
            kind: 'agents',
            agents: [services.onPremises, services.cloud].map(({ adminPort }) => ({
              url: `http://127.0.0.1:${adminPort}`,
            })),
          }
        : {
            kind: 'pgbouncer',
            database,
            poolers: services.poolers.map(({ admin, ini }) => ({ admin, ini })),
            appUrl: services.poolers[0]?.appUrl,
          },
    frontDoor: { kind: 'local', admin: `http://127.0.0.1:${frontDoor.adminPort}` },
    journal: './journal',
    // A busy laptop is slow, not broken: the rehearsal must not take that for a fault of the cloud side.
    limits: { soakMs, p99Ms: 2000, ...limits },
  }
}
