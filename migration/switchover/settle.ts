import { removeDdlFreeze } from '../ddl-freeze.ts'
import type { Decision, Verdict } from '../decision/decision.ts'
import { settledToken, underToken } from '../epoch.ts'
import { unfence } from '../fence.ts'
import type { Lift } from '../lift.ts'
import { takeOver } from '../postgres/session.ts'
import {
  disableSubscription,
  dropSlot,
  dropSubscription,
  enableSubscription,
  subscriptions,
} from '../replication.ts'
import type { Switchover } from './plan.ts'

/**
 * Ends a switchover for good: creates the decision record with `proposal`, or reads the one that stands, and
 * brings both databases and the gate to what it says. Whoever stood in the way loses their sessions first, and
 * acts of the undecided switchover are refused from then on. May be repeated without harm.
 */
export async function settle(
  lift: Lift,
  switchover: Switchover,
  proposal: Verdict,
  by: string,
): Promise<Decision> {
  const decision = await lift.decisions.decide(switchover.epoch, proposal, by)
  await shutOutOthers(switchover)
  if (decision.verdict === 'back') await goBack(lift, switchover)
  else await goForward(lift, switchover)
  return decision
}

async function shutOutOthers({ from, to, epoch }: Switchover): Promise<void> {
  for (const database of [from, to]) {
    await takeOver(database.client)
    await underToken(database.client, `the ${database.side} database`, settledToken(epoch), async () => {})
  }
}

/** The way back: nothing of the reverse link stays, the forward link runs, then writes are accepted again. */
export async function goBack(
  lift: Lift,
  { from, to, epoch, forward, reverse, fence }: Switchover,
): Promise<void> {
  const token = settledToken(epoch)
  await dropSubscription(from.client, reverse)
  await dropSlot(to.client, reverse)
  await enableSubscription(to.client, forward)
  await unfence(from.client, from.side, token, fence.from)
  await lift.gate.route(token, from.address)
  await lift.gate.resume(token)
  await removeDdlFreeze(from.client)
}

/** The way forward: `to` accepts writes, requests go there, then what led there is cleared away. */
export async function goForward(lift: Lift, switchover: Switchover): Promise<void> {
  await openTo(switchover)
  await sendTo(lift, switchover)
  await clearAway(switchover)
}

export async function openTo({ to, epoch, fence, forward }: Switchover): Promise<void> {
  if ((await subscriptions(to.client)).some((link) => link.name === forward && link.enabled))
    await disableSubscription(to.client, forward)
  await unfence(to.client, to.side, settledToken(epoch), fence.to)
}

export async function sendTo(lift: Lift, { to, epoch }: Switchover): Promise<void> {
  const token = settledToken(epoch)
  await lift.gate.route(token, to.address)
  await lift.gate.resume(token)
}

/** The old link would hold WAL until the disk is full; the link back is what rollback lives on. */
export async function clearAway({ from, to, forward, reverse }: Switchover): Promise<void> {
  await enableSubscription(from.client, reverse)
  await dropSubscription(to.client, forward)
  await dropSlot(from.client, forward)
  await removeDdlFreeze(from.client)
}
