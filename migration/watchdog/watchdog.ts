import { setTimeout as delay } from 'node:timers/promises'
import type { Decision } from '../decision/decision.ts'
import { decisionStore } from '../decision/files.ts'
import { createGate } from '../gate/create.ts'
import type { Site } from '../site.ts'
import { type Means, settle } from '../switchover/settle.ts'
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
  means: Means = { site, gate: createGate(site), decisions: decisionStore(site) },
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
        const { decision, postponed } = await settle(means, arming, 'back', by)
        const [trouble] = postponed
        if (trouble)
          throw new Error(
            `«${decision.verdict}» is done, what is left on the other database is not: ${trouble.message}`,
          )
        events.settled(arming, decision)
        await box.disarm()
      } catch (error) {
        events.failed(arming, error as Error)
      }
    }
    await delay(25, undefined, { signal }).catch(() => {})
  }
}
