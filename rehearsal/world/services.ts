import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Cloud } from '../aws/cloud.ts'
import type { PoolerTask } from '../aws/poolers.ts'
import { poolSize } from '../host/pool-size.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { type ServerProcess, startServer } from '../host/server-process.ts'
import { type PgBouncerServer, startPgbouncer } from '../pgbouncer/server.ts'
import { type Databases, database } from './databases.ts'

export type GateKind = 'pgbouncer' | 'service'

export interface Services {
  onPremises: ServerProcess
  cloud: ServerProcess
  /** One for each side; empty when the services' own pools are the gate. */
  poolers: PgBouncerServer[]
  /** In AWS the poolers are tasks, each with an agent. */
  poolerTasks: PoolerTask[]
}

const sides = ['on-premises', 'cloud'] as const

/** The payments service on both sides; in the beginning both write to the source. */
export async function startServices(
  sandbox: Sandbox,
  databases: Databases,
  gate: GateKind,
  cloud?: Cloud,
): Promise<Services> {
  const cardTokenKey = randomBytes(24).toString('hex')
  const { app, source, target } = databases
  const poolerTasks = gate === 'pgbouncer' && cloud ? await startPoolerTasks(sandbox, databases, cloud) : []
  const poolers =
    gate === 'service' || cloud
      ? []
      : await Promise.all(
          sides.map((side) =>
            startPgbouncer({ name: `pgbouncer-${side}`, sandbox, database, app, source, target }),
          ),
        )
  const [onPremises, inCloud] = await Promise.all(
    sides.map((side, at) =>
      startServer(sandbox, `payments-${side}`, 'services/payments/server.ts', {
        SIDE: side,
        CARD_TOKEN_KEY: cardTokenKey,
        ...(gate === 'service'
          ? {
              GATE: 'agents',
              DATABASE_URL: source.url(database, app.user, app.password),
              POOL_SIZE: String(poolSize),
              ROUTE_FILE: join(sandbox.dir, `route-${side}.json`),
            }
          : { GATE: 'pgbouncer', DATABASE_URL: (poolerTasks[at] ?? poolers[at])?.appUrl as string }),
      }),
    ),
  )
  return {
    onPremises: onPremises as ServerProcess,
    cloud: inCloud as ServerProcess,
    poolers,
    poolerTasks,
  }
}

async function startPoolerTasks(sandbox: Sandbox, databases: Databases, cloud: Cloud): Promise<PoolerTask[]> {
  // Loaded only where it is used: the SDK takes a while.
  const { startPoolerTask } = await import('../aws/poolers.ts')
  return Promise.all(sides.map((side) => startPoolerTask(sandbox, `pooler-${side}`, databases, cloud)))
}
