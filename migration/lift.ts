import { type Database, openDatabase, openIfReached } from './database.ts'
import type { DecisionStore } from './decision/decision.ts'
import { decisionStore } from './decision/files.ts'
import { createFrontDoor } from './front-door/create.ts'
import type { FrontDoor } from './front-door/front-door.ts'
import { createGate } from './gate/create.ts'
import type { WriteGate } from './gate/gate.ts'
import { closeSession } from './postgres/session.ts'
import type { Site } from './site.ts'

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

export interface LiftOptions {
  /** An emergency: a database that cannot be reached is no reason not to begin. */
  emergency?: boolean
}

export async function openLift(
  site: Site,
  purpose: string,
  { emergency = false }: LiftOptions = {},
): Promise<Lift> {
  const open = emergency ? openIfReached : openDatabase
  const [source, target] = emergency
    ? await Promise.all([open(site, 'source', purpose), open(site, 'target', purpose)])
    : [await open(site, 'source', purpose), await open(site, 'target', purpose)]
  const gate = createGate(site)
  const frontDoor = createFrontDoor(site)
  return {
    site,
    source,
    target,
    gate,
    frontDoor,
    decisions: decisionStore(site),
    async close() {
      await Promise.allSettled([
        closeSession(source.client),
        closeSession(target.client),
        gate.close(),
        frontDoor.close(),
      ])
    },
  }
}

/** PostgreSQL's version on both sides, as the servers say it. */
export async function serverVersions(lift: Lift): Promise<Record<string, string>> {
  const of = async ({ client, absent }: Lift['source']): Promise<string> => {
    if (absent) return 'not reached'
    const { rows } = await client.query('show server_version')
    return rows[0].server_version
  }
  return { source: await of(lift.source), target: await of(lift.target) }
}
