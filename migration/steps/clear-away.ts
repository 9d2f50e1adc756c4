import { setTimeout as delay } from 'node:timers/promises'
import { removeDdlFreeze } from '../ddl-freeze.ts'
import { drain, writeNonce } from '../drain.ts'
import { claim, settledToken } from '../epoch.ts'
import type { WriteGate } from '../gate/gate.ts'
import { schedulesOf } from '../schedules/create.ts'
import { releasedText } from '../schedules/held.ts'
import { clearAway } from '../switchover/settle.ts'
import type { Step } from './step.ts'
import { planOf } from './switchover-run.ts'

const letThroughMs = 2000
const betweenLooksMs = 50

/** The watchdog's deadline once writes flow: what is left may take as long as a busy server needs, milliseconds. */
export const unhurriedMs = 60_000

export const clearOldLink: Step = {
  name: 'clear-away',
  summary: 'Start the link back; give the schedules back; remove the old link, the DDL freeze and the guard',
  expectedMs: 500,
  async act({ lift, switchover, watchdog, say }) {
    const { from, to, forward, reverse, epoch } = planOf(switchover)
    // Who has slept may find it settled, and another under way: a guard set anew would never be settled.
    if (await watchdog.arming(epoch))
      await watchdog.ease({ epoch, from: from.side, forward, deadlineMs: unhurriedMs })
    await letThrough(lift.gate)
    const hold = await schedulesOf(lift.site).release(epoch)
    if (hold) say(releasedText(hold))
    await switchover.rows?.close()
    await claim(from, settledToken(epoch))
    await clearAway(to, from, forward, reverse)
    await removeDdlFreeze(from.client)
    // Only now is it settled on both sides: until here the watchdog finishes it if this run dies.
    await watchdog.disarm(epoch)
  },
}

/** A write on the new side arrives on the old one: rollback would lose nothing. */
export const verifyWayBack: Step = {
  name: 'verify-way-back',
  summary: 'Prove that writes arrive on the old side',
  expectedMs: 1000,
  async act({ switchover }) {
    const { from, to, reverse, epoch } = planOf(switchover)
    const nonce = await writeNonce(to.client, to.side, `way back of epoch ${epoch}`)
    await drain(to.client, from.client, reverse, nonce, 15_000)
  },
}

/** The requests that were held come first: what is cleared away takes time of the servers that they need. */
async function letThrough(gate: WriteGate): Promise<void> {
  const deadline = performance.now() + letThroughMs
  while (performance.now() < deadline) {
    // A gate that does not answer is the watchdog's: nothing is waited for here.
    const gates = await gate.state().catch(() => [])
    if (gates.every(({ waiting }) => waiting === 0)) return
    await delay(betweenLooksMs)
  }
}
