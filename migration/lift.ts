import { type Database, openDatabase } from './database.ts'
import type { DecisionStore } from './decision/decision.ts'
import { decisionStore } from './decision/files.ts'
import { createFrontDoor } from './front-door/create.ts'
import type { FrontDoor } from './front-door/front-door.ts'
import { createGate } from './gate/create.ts'
import type { WriteGate } from './gate/gate.ts'
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
    decisions: decisionStore(site),
    async close() {
      await Promise.allSettled([source.client.end(), target.client.end(), gate.close(), frontDoor.close()])
    },
  }
}
