import { type Database, freshlyOpened, otherSide } from '../database.ts'
import { removeDdlFreeze } from '../ddl-freeze.ts'
import type { Decision, DecisionStore, Verdict } from '../decision/decision.ts'
import { decisionStore } from '../decision/files.ts'
import { claim, readFenceRow, StaleTokenError, settledToken } from '../epoch.ts'
import { unfence } from '../fence.ts'
import { createGate } from '../gate/create.ts'
import type { Side, WriteGate } from '../gate/gate.ts'
import { coveredTables } from '../lift-schema.ts'
import { takeOver } from '../postgres/session.ts'
import {
  disableSubscription,
  dropSlot,
  dropSubscription,
  enableSubscription,
  linkName,
  setSynchronousCommit,
  subscriptions,
} from '../replication.ts'
import { schedulesOf } from '../schedules/create.ts'
import type { Site } from '../site.ts'

/** What is needed to settle a switchover; sessions are opened anew, because the old ones may be what failed. */
export interface Means {
  readonly site: Site
  readonly gate: WriteGate
  readonly decisions: DecisionStore
}

export const meansOf = (site: Site): Means => ({
  site,
  gate: createGate(site),
  decisions: decisionStore(site),
})

/** A switchover as somebody who was not there must know it. */
export interface Unsettled {
  epoch: number
  from: Side
  /** The link that carries writes from `from` to `to`. */
  forward: string
}

export interface Settled {
  decision: Decision
  /** Acts on the database that is not the system of record, or on schedules, that failed: to be tried again, nobody waits for them. */
  postponed: Error[]
}

/**
 * Ends a switchover for good: creates the decision record with `proposal`, or reads the one that stands, and
 * brings both databases and the gate to what it says. The system of record comes first, so that writes are
 * accepted again even while the other database is away. May be repeated without harm.
 * @throws Error when the system of record or a gate cannot be brought there yet
 */
export async function settle(
  means: Means,
  unsettled: Unsettled,
  proposal: Verdict,
  by: string,
): Promise<Settled> {
  const { epoch, from } = unsettled
  const decision = await means.decisions.decide(epoch, proposal, by)
  const record = decision.verdict === 'back' ? from : otherSide(from)
  const purpose = `settling epoch ${epoch}`
  const postponed: Error[] = []
  await freshlyOpened(means.site, record, purpose, async (database) => {
    await shutOutOthers(database, epoch)
    if (decision.verdict === 'back') await dropSubscription(database.client, linkName(means.site, epoch))
    else await stopLink(database, unsettled.forward)
    await openRecord(means, database, epoch)
    await schedulesOf(means.site)
      .release(epoch)
      .catch((error) => postponed.push(error as Error))
    await freshlyOpened(means.site, otherSide(record), purpose, async (other) => {
      await shutOutOthers(other, epoch)
      if (decision.verdict === 'back') await restoreForward(means.site, other, unsettled)
      else await clearAway(database, other, unsettled.forward, linkName(means.site, epoch))
      await removeDdlFreeze(record === from ? database.client : other.client)
    }).catch((error) => postponed.push(error as Error))
  })
  return { decision, postponed }
}

/**
 * Settles what is guarded; undefined when a later switchover stands on a database. That one began only because this
 * one was settled: its guard was set anew by somebody who came late.
 */
export async function settleUnlessOver(
  means: Means,
  unsettled: Unsettled,
  by: string,
): Promise<Settled | undefined> {
  try {
    return await settle(means, unsettled, 'back', by)
  } catch (error) {
    if (error instanceof StaleTokenError) return undefined
    throw error
  }
}

/** Ends the sessions of whoever acted until now; acts of the undecided switchover are refused from here on. */
async function shutOutOthers(database: Database, epoch: number): Promise<void> {
  // Who comes too late must not end the sessions of a newer run before it learns so.
  const { token } = await readFenceRow(database.client)
  if (token > settledToken(epoch)) {
    throw new StaleTokenError(`the ${database.side} database`, settledToken(epoch), token)
  }
  await takeOver(database.client)
  await claim(database, settledToken(epoch))
}

async function openRecord({ site, gate }: Means, database: Database, epoch: number): Promise<void> {
  const { client, side, address } = database
  const token = settledToken(epoch)
  const { lockTimeoutMs } = site.limits
  await unfence(client, side, token, { tables: await coveredTables(client), lockTimeoutMs })
  await gate.send(token, address)
}

/** Nothing of the way back stays on the side that was not opened, and it follows again. */
async function restoreForward(site: Site, to: Database, { epoch, forward }: Unsettled): Promise<void> {
  await dropSlot(to.client, linkName(site, epoch))
  await enableSubscription(to.client, forward)
  await setSynchronousCommit(to.client, forward, 'off')
}

/** Two links at once would feed each other: the one forward is stopped before the new side opens. */
export async function stopLink(to: Database, forward: string): Promise<void> {
  const running = (await subscriptions(to.client)).some((link) => link.name === forward && link.enabled)
  if (running) await disableSubscription(to.client, forward)
}

/** The old link would hold WAL until the disk is full; the link back is what rollback lives on. */
export async function clearAway(
  to: Database,
  from: Database,
  forward: string,
  reverse: string,
): Promise<void> {
  await enableSubscription(from.client, reverse)
  await dropSubscription(to.client, forward)
  await dropSlot(from.client, forward)
}
