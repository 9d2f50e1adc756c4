import type * as pulumi from '@pulumi/pulumi'
import type { ContainerArgs } from './container.ts'
import { ports } from './flows.ts'

export interface PoolerTaskArgs {
  images: { pgbouncer: string; routeAgent: string }
  /** Database name that clients ask for. */
  databaseName: string
  /** Server connections a task may hold. */
  serverConnections: number
  /** Client connections a task may hold. */
  clientConnections: number
  source: { host: pulumi.Input<string>; port: number }
  target: { host: pulumi.Input<string>; port: number }
  routeTable: string
  secrets: {
    /** Login of the services' role on the source. */
    source: pulumi.Input<string>
    /** Login of the services' role on the target. */
    target: pulumi.Input<string>
    /** Certificate and key that clients of the pooler see. */
    certificate: pulumi.Input<string>
    /** What the runner proves itself with to the agent. */
    agentKey: pulumi.Input<string>
  }
}

const config = { volume: 'config', path: '/etc/pgbouncer' }
const sockets = { volume: 'sockets', path: '/run/pgbouncer' }
const temporary = { volume: 'temporary', path: '/tmp' }

/**
 * PgBouncer and the route agent in one task. The agent reads epoch, pause state and route from the store, writes the
 * ini, and only then is healthy; PgBouncer waits for that. Both addresses stand here, the route never does.
 */
export function poolerContainers(args: PoolerTaskArgs): ContainerArgs[] {
  const { images, databaseName, source, target, secrets } = args
  return [
    {
      name: 'agent',
      image: images.routeAgent,
      ports: [ports.agent],
      environment: {
        AGENT_PORT: String(ports.agent),
        ROUTE_TABLE: args.routeTable,
        PGBOUNCER_INI: '/etc/pgbouncer/pgbouncer.ini',
        PGBOUNCER_SOCKET_FOLDER: '/run/pgbouncer',
        PGBOUNCER_PORT: String(ports.pooler),
        DATABASE: databaseName,
        POOL_MODE: 'transaction',
        SERVER_CONNECTIONS: String(args.serverConnections),
        CLIENT_CONNECTIONS: String(args.clientConnections),
        SOURCE_HOST: source.host,
        SOURCE_PORT: String(source.port),
        TARGET_HOST: target.host,
        TARGET_PORT: String(target.port),
      },
      secrets: {
        SOURCE_LOGIN: secrets.source,
        TARGET_LOGIN: secrets.target,
        CERTIFICATE: secrets.certificate,
        AGENT_KEY: secrets.agentKey,
      },
      health: ['/agent/healthy'],
      writable: [config, sockets, temporary],
      stopTimeoutSeconds: 120,
    },
    {
      name: 'pgbouncer',
      image: images.pgbouncer,
      command: ['/etc/pgbouncer/pgbouncer.ini'],
      ports: [ports.pooler],
      after: ['agent'],
      writable: [config, sockets],
      // Since 1.23 SIGTERM waits for clients to leave.
      stopTimeoutSeconds: 120,
    },
  ]
}
