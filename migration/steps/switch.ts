import { drain, writeNonce } from '../drain.ts'
import { attemptToken, claim, settledToken, underToken } from '../epoch.ts'
import { fence, unfence } from '../fence.ts'
import {
  advanceSlot,
  awaitNoWorker,
  disableSql,
  endApplyingSql,
  pinLinkSql,
  setSynchronousCommit,
  subscriptions,
} from '../replication.ts'
import { changedSince, readSchema } from '../schema/fingerprint.ts'
import { differingSequences, readSequences, sequenceSql } from '../sequences.ts'
import { stopLink } from '../switchover/settle.ts'
import { awaitCalm } from './calm.ts'
import { demand, type Step, type StepContext } from './step.ts'
import { planOf } from './switchover-run.ts'
import { lookAtTraffic } from './traffic.ts'

/** From here on the watchdog counts, and a failure goes back. */
export const arm: Step = {
  name: 'arm',
  summary: 'Wait for a quiet moment; put the switchover under the guard of the watchdog',
  expectedMs: 1000,
  async act(context) {
    const { lift, switchover, watchdog } = context
    const { epoch, from, to, forward, reverse } = planOf(switchover)
    await switchover.rows?.warm()
    // It reads all that was written since it was made, which keeps a busy server from its work: before the quiet moment.
    await advanceSlot(to.client, reverse)
    await awaitCalm(context)
    if (from.side === 'source') await lookAtTraffic(context)
    await watchdog.arm({ epoch, from: from.side, forward, deadlineMs: lift.site.limits.deadlineMs })
    switchover.stage = 'attempting'
    context.journal.write('armed', { epoch }, 'process')
    // Shuts out whoever still settles an earlier switchover: it would end our sessions in the pause.
    for (const database of [from, to]) await claim(database, attemptToken(epoch))
    // So that nobody connects in the pause.
    await lift.gate.state()
    // As late as can be: what changes from now on is compared in the pause.
    await switchover.rows?.rest()
    // What is left for the pause is read by the slot then.
    await advanceSlot(to.client, reverse)
    // Not before: each transaction that is applied waits for the disk then, and a busy target falls behind.
    await setSynchronousCommit(to.client, forward, 'on')
  },
}

/** Writes wait from here on. */
export const pause: Step = {
  name: 'pause',
  summary: 'Hold writes at the gate',
  expectedMs: 20,
  async act({ lift, switchover }) {
    await lift.gate.pause(attemptToken(planOf(switchover).epoch), lift.site.limits.pauseTimeoutMs)
  },
}

/** Nothing can be written to the old side any more. */
export const fenceFrom: Step = {
  name: 'fence',
  summary: 'Fence the database that is being left',
  expectedMs: 20,
  async act({ switchover }) {
    const { from, epoch, fence: plan } = planOf(switchover)
    await fence(from.client, from.side, attemptToken(epoch), plan.from)
  },
  async verify({ switchover }) {
    if (!switchover.schema) return
    const changed = changedSince(switchover.schema, await readSchema(planOf(switchover).from.client))
    demand(
      changed.length === 0,
      `the schema changed during the switchover: ${changed.join(', ')}; make the target like it and begin again`,
    )
  },
}

/** Everything written before the fence has arrived on the other side. */
export const drainForward: Step = {
  name: 'drain',
  summary: 'Wait until everything written has arrived',
  expectedMs: 20,
  async act({ lift, switchover }) {
    const { from, to, forward, epoch } = planOf(switchover)
    switchover.nonce = await writeNonce(from.client, from.side, `epoch ${epoch}`)
    // Half of the deadline: what comes after it needs time too, and going back as well.
    await drain(from.client, to.client, forward, switchover.nonce, lift.site.limits.deadlineMs / 2)
    // Nothing changes on either side from here to the decision: `verify-changes` asks how it went.
    switchover.rows?.beginLastLook(switchover.nonce.lsn)
  },
}

/** The new side goes on counting where the old one stopped. */
export const moveSequences: Step = {
  name: 'sequences',
  summary: 'Carry the sequences over',
  expectedMs: 10,
  async act({ switchover }) {
    const { from, to, epoch, sequences } = planOf(switchover)
    const states = await readSequences(from.client, sequences)
    // `turn-replication` writes behind it on this server, and waits for the disk.
    await underToken(to, attemptToken(epoch), sequenceSql(states), { durable: false })
  },
  async verify({ switchover }) {
    const { from, to, sequences } = planOf(switchover)
    const [here, there] = await Promise.all([
      readSequences(from.client, sequences),
      readSequences(to.client, sequences),
    ])
    const differing = differingSequences(here, there)
    demand(differing.length === 0, `sequences differ: ${differing.join('; ')}`)
  },
}

/** Forward replication ends, and the link back begins exactly here. */
export const turnReplication: Step = {
  name: 'turn-replication',
  summary: 'Stop replication forward and set the link back to this point',
  expectedMs: 20,
  async act({ switchover, say }) {
    const { from, to, epoch, forward, reverse, mayPin } = planOf(switchover)
    await underToken(to, attemptToken(epoch), disableSql(forward), { afterwards: endApplyingSql(forward) })
    const lsn = await advanceSlot(to.client, reverse)
    const pin = mayPin ? pinLinkSql(reverse, lsn) : ''
    await underToken(from, attemptToken(epoch), pin)
    if (!mayPin)
      say(
        `the ${from.side} may not be told where the link back begins: if the ${to.side} crashes before its next checkpoint, the way back is lost`,
      )
  },
  async verify({ switchover }) {
    const { to, forward } = planOf(switchover)
    // It has had the time of the acts before this to end.
    const [links] = await Promise.all([subscriptions(to.client), awaitNoWorker(to.client, forward)])
    const link = links.find((subscription) => subscription.name === forward)
    demand(link && !link.enabled, `the link ${forward} still runs: two links at once would feed each other`)
    switchover.turned = true
  },
}

/** The one record that ends the switchover. */
export const decide: Step = {
  name: 'decide',
  summary: 'Write the decision record',
  expectedMs: 5,
  async check({ switchover }) {
    // As late as can be: a session_replication_role of replica, which only superusers may set, passes the fence.
    const written = (await switchover.rows?.writtenBehindFence(planOf(switchover).from.client)) ?? []
    demand(
      written.length === 0,
      `somebody wrote behind the fence, to ${written.join(', ')}: a superuser with session_replication_role = replica; find the session in the server's log, end it and try again`,
    )
  },
  async act({ lift, switchover, by }) {
    const { epoch } = planOf(switchover)
    const decision = await lift.decisions.decide(epoch, 'forward', by)
    const ours = decision.verdict === 'forward' && decision.by === by
    switchover.stage = ours ? 'decided' : 'lost'
    demand(
      ours,
      `${decision.by} decided «${decision.verdict}» before this run could: it carries that out; nothing more is to be done here, look at «status»`,
    )
  },
}

export const open: Step = {
  name: 'open',
  summary: 'Let the new side accept writes',
  expectedMs: 20,
  async act(context) {
    await demandForward(context)
    const { to, epoch, fence: plan, forward } = planOf(context.switchover)
    if (!context.switchover.turned) await stopLink(to, forward)
    // The canary is written behind it, and waits for the disk.
    await unfence(to.client, to.side, settledToken(epoch), plan.to, { durable: false })
  },
  async verify({ switchover }) {
    const { to, epoch, fence: plan } = planOf(switchover)
    const role = plan.to.roles[0]
    // One transaction in one round trip: without BEGIN in it, it ends with the last statement, or the first that fails.
    await to.client.query(
      `${role ? `set local role ${to.client.escapeIdentifier(role)};` : ''}
       insert into lift.canary (epoch, written_at) values (${epoch}, now())
       on conflict (epoch) do update set written_at = now()`,
    )
  },
}

/** Requests flow again, to the new side. */
export const resume: Step = {
  name: 'resume',
  summary: 'Send requests to the new side and let them through',
  expectedMs: 30,
  async act(context) {
    await demandForward(context)
    const { to, epoch } = planOf(context.switchover)
    await context.lift.gate.send(settledToken(epoch), to.address)
  },
  async verify({ lift, switchover }) {
    const { to } = planOf(switchover)
    const gates = await lift.gate.state()
    const astray = gates.filter((gate) => gate.state !== 'open' || gate.route !== to.side)
    demand(
      astray.length === 0,
      `${astray.length} of ${gates.length} gates do not send requests to the ${to.side} database`,
    )
  },
}

/** Whatever order a runbook has: without the record nobody opens the new side. Who has just made it need not read it. */
async function demandForward({ lift, switchover }: StepContext): Promise<void> {
  if (switchover.stage === 'decided') return
  const { epoch } = planOf(switchover)
  const decision = await lift.decisions.read(epoch)
  demand(
    decision?.verdict === 'forward',
    `no decision record says «forward» for epoch ${epoch}: the step «decide» comes first`,
  )
}
