import { setTimeout as delay } from 'node:timers/promises'
import type { Decision } from '../decision/decision.ts'
import { type Lift, openLift } from '../lift.ts'
import type { Site } from '../site.ts'
import { planSwitchover } from '../switchover/plan.ts'
import { settle } from '../switchover/settle.ts'
import { type Arming, mailbox } from './mailbox.ts'

export interface WatchdogEvents {
  armed(arming: Arming): void
  settled(arming: Arming, decision: Decision): void
  failed(arming: Arming, error: Error): void
}

/**
 * Guards switchovers: while one is armed it counts, and past the deadline it creates the decision `back`, or
 * finds `forward` and finishes it. It keeps trying until the databases let it. It lives in a process of its own,
 * under a supervisor, so that the death of the runner cannot leave payments waiting.
 */
export async function watch(
  site: Site,
  events: WatchdogEvents,
  signal: AbortSignal,
  open: (purpose: string) => Promise<Lift> = (purpose) => openLift(site, purpose),
): Promise<void> {
  const box = mailbox(site.journal)
  const by = `watchdog ${process.pid}`
  let guarded: { epoch: number; sinceMs: number } | undefined
  // A restarted watchdog must not repeat the number of the one before it.
  for (let beat = Math.floor(Math.random() * 1e12); !signal.aborted; beat++) {
    const arming = await box.arming()
    if (arming && arming.epoch !== guarded?.epoch) {
      guarded = { epoch: arming.epoch, sinceMs: performance.now() }
      events.armed(arming)
    }
    if (!arming) guarded = undefined
    await box.beat({ pid: process.pid, beat, ...(arming ? { armed: arming.epoch } : {}) })
    if (arming && guarded && performance.now() - guarded.sinceMs >= arming.deadlineMs) {
      try {
        events.settled(arming, await settleArmed(open, arming, by))
        await box.disarm()
      } catch (error) {
        events.failed(arming, error as Error)
      }
    }
    await delay(25, undefined, { signal }).catch(() => {})
  }
}

async function settleArmed(
  open: (purpose: string) => Promise<Lift>,
  arming: Arming,
  by: string,
): Promise<Decision> {
  const lift = await open(`watchdog epoch ${arming.epoch}`)
  try {
    return await settle(lift, await planSwitchover(lift, arming.from, arming.epoch), 'back', by)
  } finally {
    await lift.close()
  }
}
