import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Decision } from '../decision/decision.ts'
import { decisionStore } from '../decision/files.ts'
import { createGate } from '../gate/create.ts'
import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'
import { type Means, settleUnlessOver } from '../switchover/settle.ts'
import { type MachineTime, machineNow, msSince } from './machine-clock.ts'
import { type Arming, mailbox } from './mailbox.ts'

export interface WatchdogEvents {
  armed(arming: Arming): void
  settled(arming: Arming, decision: Decision): void
  failed(arming: Arming, error: Error): void
  /** The mailbox cannot be read or written; it goes on guarding what it knows. */
  troubled?(error: Error): void
}

/** While payments may be waiting it looks twice in a pace, and at least this often, wherever the mailbox is. */
const guardingPaceMs = 200

/**
 * Guards switchovers: while one is armed it counts, and past the deadline it creates the decision `back`, or
 * finds `forward` and finishes it. It keeps trying until the databases let it. It lives in a process of its own,
 * under a supervisor, so that the death of the runner cannot leave payments waiting; one that is started in its
 * place on the same machine goes on counting where it stopped.
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
  const troubled = (error: Error) => events.troubled?.(error)
  const before = await box.lastBeat().catch(() => undefined)
  /** When each epoch was first seen. */
  const since = new Map<number, MachineTime>()
  /** Those it has said, or its predecessor has said, that it guards. */
  const taken = new Set<number>(before?.armed)
  let armings: Arming[] = []
  // A restarted watchdog must not repeat the number of the one before it.
  for (let beat = Math.floor(Math.random() * 1e12); !signal.aborted; beat++) {
    armings = await box.armings().catch((error) => {
      troubled(error)
      return armings
    })
    const standing = armings.map(({ epoch }) => epoch)
    // A run that armed in vain gives its number to the next.
    for (const epoch of since.keys()) if (!standing.includes(epoch)) forget(epoch)
    for (const arming of armings) if (!since.has(arming.epoch)) await begin(arming)
    await box
      .beat({
        pid: process.pid,
        beat,
        armed: standing.filter((epoch) => taken.has(epoch)),
        since: Object.fromEntries(since),
      })
      .catch(troubled)
    for (const arming of armings) {
      const moment = since.get(arming.epoch)
      const late = ({ deadlineMs }: Arming) => !moment || (msSince(moment) ?? 0) >= deadlineMs
      if (!late(arming)) continue
      // The run may have finished, or been given more time, since this was read: its sessions must not be ended then.
      const now = await box.arming(arming.epoch).catch(() => arming)
      if (!now || !late(now)) continue
      await settleOne(arming).catch((error) => events.failed(arming, error as Error))
    }
    const restMs = armings.length > 0 ? Math.min(desk.paceMs / 2, guardingPaceMs) : desk.paceMs
    await delay(restMs, undefined, { signal }).catch(() => {})
  }

  async function begin(arming: Arming): Promise<void> {
    const earlier = before?.since?.[arming.epoch]
    since.set(arming.epoch, earlier && msSince(earlier) !== undefined ? earlier : machineNow())
    events.armed(arming)
    try {
      // Before it says that it guards: a disk that is full must be noticed while nothing waits yet.
      await means.decisions.prepare(arming.epoch, by)
      taken.add(arming.epoch)
    } catch (error) {
      events.failed(arming, error as Error)
    }
  }

  function forget(epoch: number): void {
    since.delete(epoch)
    taken.delete(epoch)
  }

  async function settleOne(arming: Arming): Promise<void> {
    const settled = await settleUnlessOver(means, arming, by)
    if (!settled) return box.disarm(arming.epoch)
    const { decision, postponed } = settled
    const [trouble] = postponed
    if (trouble) {
      throw new Error(`«${decision.verdict}» is done, what is left besides is not: ${trouble.message}`)
    }
    events.settled(arming, decision)
    await box.disarm(arming.epoch)
  }
}
