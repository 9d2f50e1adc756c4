import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
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
}

const sides = ['on-premises', 'cloud'] as const

/** The payments service on both sides; in the beginning both write to the source. */
export async function startServices(
  sandbox: Sandbox,
  databases: Databases,
  gate: GateKind,
): Promise<Services> {
  const cardTokenKey = randomBytes(24).toString('hex')
  const { app, source, target } = databases
  const poolers =
    gate === 'service'
      ? []
      : await Promise.all(
          sides.map((side) =>
            startPgbouncer({ name: `pgbouncer-${side}`, sandbox, database, app, source, target }),
          ),
        )
  const [onPremises, cloud] = await Promise.all(
    sides.map((side, at) =>
      startServer(sandbox, `payments-${side}`, 'services/payments/server.ts', {
        SIDE: side,
        CARD_TOKEN_KEY: cardTokenKey,
        ...(gate === 'service'
          ? {
              GATE: 'agents',
              DATABASE_URL: source.url(database, app.user, app.password),
              ROUTE_FILE: join(sandbox.dir, `route-${side}.json`),
            }
          : { GATE: 'pgbouncer', DATABASE_URL: (poolers[at] as PgBouncerServer).appUrl }),
      }),
    ),
  )
  return { onPremises: onPremises as ServerProcess, cloud: cloud as ServerProcess, poolers }
}
