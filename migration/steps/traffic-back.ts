import { recordWithout } from '../switchover/record.ts'
import { demand, type Step } from './step.ts'

/** The emergency way back: first the durable word that keeps everybody from moving it again, then the weight. */
export const takeTrafficBack: Step = {
  name: 'take-traffic-back',
  summary: 'Hold the weight at 0 and send every request to on-premises',
  expectedMs: 1000,
  async check({ lift, watchdog, say }) {
    const armings = await watchdog.armings().catch(() => [])
    demand(
      armings.length === 0,
      'a switchover is under way, and nobody knows yet which side it ends on: look at «status» (runbook payments-stopped)',
    )
    for (const { side, absent } of [lift.source, lift.target])
      if (absent) say(`the ${side} database cannot be reached from here; this goes on without it`)
    const { side, because } = await recordWithout(lift)
    demand(
      side === 'source',
      `the target is the system of record (${because}): services on-premises would be refused by the fence; the way back is the runbook rollback`,
    )
    await lift.frontDoor.weights()
  },
  async act({ lift, person, by, reason, say }) {
    await lift.frontDoor.fallBack({ by: person ?? by, reason: reason ?? 'no reason given' })
    say('every request goes to on-premises; a hold keeps it so')
  },
  async verify({ lift }) {
    const { cloud } = await lift.frontDoor.weights()
    demand(cloud === 0, `the front door still has weight ${cloud}`)
  },
}

/** The reason of a hold is gone. */
export const endHold: Step = {
  name: 'release-hold',
  summary: 'End the hold, so that the weight may be moved again',
  expectedMs: 500,
  async check({ lift, say }) {
    const hold = await lift.frontDoor.held()
    say(hold ? `set by ${hold.by} at ${hold.at}: ${hold.reason}` : 'no hold stands')
  },
  async act({ lift }) {
    await lift.frontDoor.release()
  },
}
