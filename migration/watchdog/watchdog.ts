import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { freshlyOpened } from '../database.ts'
import type { Decision } from '../decision/decision.ts'
import { type MachineTime, machineNow, msSince } from '../machine-clock.ts'
import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'
import { type Means, meansOf, settleUnlessOver } from '../switchover/settle.ts'
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
/** What a proof takes as a rule. */
const provesWithinMs = 150
/** How often it asks anew for what the site is now, while it cannot settle. */
const betweenRenewalsMs = 5000

/**
 * Guards switchovers: while one is armed it counts, and past the deadline it creates the decision `back`, or
 * finds `forward` and finishes it. It keeps trying until the databases let it. It lives in a process of its own,
 * under a supervisor, so that the death of the runner cannot leave payments waiting; one that is started in its
 * place on the same machine goes on counting where it stopped.
 * @param again the means as they are now: logins are rotated, and a watchdog lives for weeks
 */
export async function watch(
  site: Site,
  events: WatchdogEvents,
  signal: AbortSignal,
  means: Means = meansOf(site),
  again?: () => Promise<Means>,
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
  let renewedAt = Number.NEGATIVE_INFINITY
  let settling = false
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
      settling = true
      const error = await settleOne(arming).then(
        () => undefined,
        (error: Error) => error,
      )
      settling = false
      if (!error) continue
      events.failed(arming, error)
      if (performance.now() - renewedAt > betweenRenewalsMs) await renew().catch(troubled)
    }
    const restMs = armings.length > 0 ? Math.min(desk.paceMs / 2, guardingPaceMs) : desk.paceMs
    await delay(restMs, undefined, { signal }).catch(() => {})
  }

  async function begin(arming: Arming): Promise<void> {
    const { epoch } = arming
    const earlier = before?.since?.[epoch]
    const moment = earlier && msSince(earlier) !== undefined ? earlier : machineNow()
    since.set(epoch, moment)
    events.armed(arming)
    const failed = (error: Error) => events.failed(arming, error)
    try {
      // A disk that is full must be noticed while nothing waits yet.
      await means.decisions.prepare(epoch, by)
    } catch (error) {
      return failed(error as Error)
    }
    const proved = prove().then(() => {
      if (since.get(epoch) !== moment) return
      // Nothing waits before it says so: what the proof took is no part of the deadline.
      if (moment !== earlier) since.set(epoch, machineNow())
      taken.add(epoch)
    }, failed)
    // The run waits for the next sign of life; but a database that does not answer must not keep this from counting.
    await Promise.race([proved, delay(provesWithinMs)])
  }

  /** What it could not do is noticed before it says that it guards. */
  async function prove(): Promise<void> {
    await renew()
    await Promise.all([
      freshlyOpened(means.site, 'source', 'watchdog', async () => {}),
      freshlyOpened(means.site, 'target', 'watchdog', async () => {}),
      means.gate.state(),
    ])
  }

  async function renew(): Promise<void> {
    renewedAt = performance.now()
    const fresh = await again?.()
    if (!fresh) return
    const { gate } = means
    means = fresh
    if (!settling) await gate.close().catch(() => {})
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
