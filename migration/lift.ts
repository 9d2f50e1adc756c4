import { join } from 'node:path'
import type pg from 'pg'
import type { DecisionStore } from './decision/decision.ts'
import { decisionFiles } from './decision/files.ts'
import { createFrontDoor } from './front-door/create.ts'
import type { FrontDoor } from './front-door/front-door.ts'
import { createGate } from './gate/create.ts'
import type { Route, Side, WriteGate } from './gate/gate.ts'
import { openSession } from './postgres/session.ts'
import type { Site } from './site.ts'

/** One of the two databases of a lift, with a session for acts on it. */
export interface Database {
  readonly side: Side
  readonly address: Route
  /** How the other database reaches it for replication. */
  readonly replicationUrl: string
  readonly client: pg.Client
}

/** Everything that an act of the lift needs, opened once a run. */
export interface Lift {
  readonly site: Site
  readonly source: Database
  readonly target: Database
  readonly gate: WriteGate
  readonly frontDoor: FrontDoor
  readonly decisions: DecisionStore
  close(): Promise<void>
}

export const otherSide = (side: Side): Side => (side === 'source' ? 'target' : 'source')

export function addressOf(site: Site, side: Side): Route {
  const url = new URL(site[side].url)
  return { side, host: url.hostname, port: Number(url.port || 5432) }
}

/** @throws Error that names the database that cannot be reached */
export async function openDatabase(site: Site, side: Side, purpose: string): Promise<Database> {
  const { url, replicationUrl = url } = site[side]
  const address = addressOf(site, side)
  try {
    return { side, address, replicationUrl, client: await openSession(url, purpose) }
  } catch (error) {
    throw new Error(
      `the ${side} database at ${address.host}:${address.port} cannot be reached: ${(error as Error).message}`,
    )
  }
}

export async function openLift(site: Site, purpose: string): Promise<Lift> {
  const source = await openDatabase(site, 'source', purpose)
  const target = await openDatabase(site, 'target', purpose)
  const gate = createGate(site)
  const frontDoor = createFrontDoor(site)
  return {
    site,
    source,
    target,
    gate,
    frontDoor,
    decisions: decisionFiles(join(site.journal, 'decisions')),
    async close() {
      await Promise.allSettled([source.client.end(), target.client.end(), gate.close(), frontDoor.close()])
    },
  }
}
