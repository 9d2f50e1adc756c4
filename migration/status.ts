import type { Hold } from '../hold.ts'
import type { Phase } from '../phases.ts'
import { freshlyOpened } from './database.ts'
import type { Decision } from './decision/decision.ts'
import { decisionStore } from './decision/files.ts'
import { type FenceRow, readFenceRow } from './epoch.ts'
import { createFrontDoor } from './front-door/create.ts'
import { createGate } from './gate/create.ts'
import type { GateState, Side } from './gate/gate.ts'
import { readLock, type StandingLock } from './journal/lock.ts'
import { lagBytes, subscriptions } from './replication.ts'
import type { Site } from './site.ts'
import { currentRun, type RunStatus } from './status/run.ts'
import { deskStore } from './store/open.ts'
import { type Arming, mailbox } from './watchdog/mailbox.ts'

export { statusText } from './status/text.ts'

export interface Status {
  lock?: StandingLock
  /** The stage of the lift, from what is true of the databases and the front door; absent when they do not say. */
  phase?: Phase
  /** Percent of requests that go to the cloud. */
  weight?: number
  hold?: Hold
  /** Why the front door could not be asked whether a hold stands. */
  holdTrouble?: string
  run?: RunStatus
  arming?: Arming
  watchdog: boolean
  decision?: Decision
  databases: Record<Side, DatabaseStatus>
  gates: GateState[] | string
}

/** A database's fence and the links that end in it, or why it cannot be asked. */
export type DatabaseStatus =
  | { fence?: FenceRow; links: { name: string; enabled: boolean; lagBytes?: number }[] }
  | { trouble: string }

/** What is true now, from the places where it is true: databases, decision records, gates; then the journal. */
export async function readStatus(site: Site): Promise<Status> {
  const desk = deskStore(site)
  const box = mailbox(desk)
  const decisions = decisionStore(site)
  const [source, target, gates, armings, watchdog, epoch, door, run] = await Promise.all([
    databaseStatus(site, 'source'),
    databaseStatus(site, 'target'),
    gateStates(site),
    box.armings(),
    box.expectWatchdog().then(
      () => true,
      () => false,
    ),
    decisions.latestEpoch(),
    doorOf(site),
    currentRun(site),
  ])
  const arming = armings.at(-1)
  const decision = await decisions.read(epoch)
  const lock = await readLock(desk)
  const phase = phaseOf({ source, target }, door.weight)
  return {
    ...(phase && { phase }),
    ...door,
    ...(lock && { lock }),
    ...(run && { run }),
    ...(arming && { arming }),
    watchdog,
    ...(decision && { decision }),
    databases: { source, target },
    gates,
  }
}

async function databaseStatus(site: Site, side: Side): Promise<DatabaseStatus> {
  try {
    return await freshlyOpened(site, side, 'status', async ({ client }) => {
      const fence = await readFenceRow(client).catch(() => undefined)
      const links = await subscriptions(client)
      const other = side === 'source' ? 'target' : 'source'
      const lags = await freshlyOpened(site, other, 'status', (peer) =>
        Promise.all(links.map((link) => lagBytes(peer.client, link.slot ?? link.name))),
      ).catch(() => [])
      return {
        ...(fence && { fence }),
        links: links.map(({ name, enabled }, at) => ({
          name,
          enabled,
          ...(lags[at] !== undefined && { lagBytes: lags[at] }),
        })),
      }
    })
  } catch (error) {
    return { trouble: (error as Error).message }
  }
}

async function gateStates(site: Site): Promise<GateState[] | string> {
  const gate = createGate(site)
  try {
    return await gate.state()
  } catch (error) {
    return (error as Error).message
  } finally {
    await gate.close()
  }
}

/** What the front door says, as far as it can be asked. */
async function doorOf(site: Site): Promise<Pick<Status, 'weight' | 'hold' | 'holdTrouble'>> {
  if (site.frontDoor.kind === 'none') return {}
  const frontDoor = createFrontDoor(site)
  try {
    const [weights, hold] = await Promise.all([
      frontDoor.weights().catch(() => undefined),
      frontDoor.held().then(
        (hold) => hold && { hold },
        (error) => ({ holdTrouble: (error as Error).message }),
      ),
    ])
    return { ...(weights && { weight: weights.cloud }), ...hold }
  } finally {
    await frontDoor.close()
  }
}

/** Where the lift stands, whatever the settings say it should. */
export function phaseOf(
  { source, target }: Record<Side, DatabaseStatus>,
  weight: number | undefined,
): Phase | undefined {
  if ('trouble' in source || 'trouble' in target) return undefined
  if (source.fence?.state === 'open' && target.fence?.state !== 'open') {
    if (target.links.length === 0) return 'foundation'
    return weight === undefined || weight === 0 ? 'replicate' : 'canary'
  }
  if (target.fence?.state === 'open' && source.fence?.state !== 'open')
    return source.links.length > 0 ? 'cutover' : 'decommission'
  return !source.fence && !target.fence ? 'foundation' : undefined
}
