import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Decision } from '../decision/decision.ts'
import { decisionStore } from '../decision/files.ts'
import { createGate } from '../gate/create.ts'
import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'
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
  const desk = deskStore(site)
  const box = mailbox(desk)
  const by = `watchdog ${hostname()} ${process.pid}`
  /** When each epoch was first seen, on our own clock. */
  const since = new Map<number, number>()
  // A restarted watchdog must not repeat the number of the one before it.
  for (let beat = Math.floor(Math.random() * 1e12); !signal.aborted; beat++) {
    const armings = await box.armings()
    for (const arming of armings) {
      if (since.has(arming.epoch)) continue
      since.set(arming.epoch, performance.now())
      events.armed(arming)
    }
    await box.beat({ pid: process.pid, beat, armed: armings.map(({ epoch }) => epoch) })
    for (const arming of armings) {
      if (performance.now() - (since.get(arming.epoch) ?? 0) < arming.deadlineMs) continue
      await settleOne(arming).catch((error) => events.failed(arming, error as Error))
    }
    await delay(desk.paceMs, undefined, { signal }).catch(() => {})
  }

  async function settleOne(arming: Arming): Promise<void> {
    const { decision, postponed } = await settle(means, arming, 'back', by)
    const [trouble] = postponed
    if (trouble) {
      throw new Error(
        `«${decision.verdict}» is done, what is left on the other database is not: ${trouble.message}`,
      )
    }
    events.settled(arming, decision)
    await box.disarm(arming.epoch)
  }
}
