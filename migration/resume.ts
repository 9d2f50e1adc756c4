import {
  type LockHolder,
  lock,
  lockInsteadOf,
  readLock,
  type StandingLock,
  settling,
} from './journal/lock.ts'
import type { Site } from './site.ts'
import { deskStore } from './store/open.ts'
import { removeLeftovers } from './switchover/leftovers.ts'
import { type Means, meansOf, type Settled, settleUnlessOver } from './switchover/settle.ts'
import { mailbox } from './watchdog/mailbox.ts'

export interface Resumed {
  /** The last one; absent when no switchover was under way. */
  settled?: Settled & { epoch: number }
  /** The lock that was removed. */
  lock?: LockHolder
}

export interface ResumeOptions {
  means?: Means
  /** A lock that was agreed to be taken over, though its process cannot be seen from here. */
  mayTake?: StandingLock | undefined
  /** Who does it, for others who ask. */
  person?: string
  /** Ends it early; what is under way may still be done, which harms nothing. */
  signal?: AbortSignal
}

/**
 * Settles what a run that died has left: its switchover goes back, or forward when that was decided, its slots
 * and its lock are removed. Without anything left it changes nothing. While it does so it holds the lock itself.
 * @throws Error while the run that holds the lock still lives, or when the system of record cannot be settled yet,
 *   or it is interrupted: then the lock of that run stands again
 */
export async function resume(
  site: Site,
  by: string,
  { means = meansOf(site), mayTake, person, signal }: ResumeOptions = {},
): Promise<Resumed> {
  const desk = deskStore(site)
  const standing = await readLock(desk)
  const agreed = standing && mayTake && JSON.stringify(standing.holder) === JSON.stringify(mayTake.holder)
  if (standing && mayTake && !agreed)
    throw new Error(`${standing.explanation}. That is another lock than was agreed to; nothing was done`)
  if (standing?.alive && !agreed) throw new Error(`${standing.explanation}; nothing was done`)
  const left = standing?.holder
  const who = person ? { person } : {}
  const release = await (left ? lockInsteadOf(desk, left, settling, who) : lock(desk, settling, who))
  try {
    const settled = await Promise.race([settleAll(site, by, means), interruption(signal)])
    await release()
    return { ...(settled && { settled }), ...(left && { lock: left }) }
  } catch (error) {
    await release(left).catch(() => {})
    throw error
  }
}

function interruption(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const interrupted = () => reject(new Error('interrupted: what was left is settled in part, run it again'))
    if (signal?.aborted) interrupted()
    signal?.addEventListener('abort', interrupted, { once: true })
  })
}

/** The last switchover that it settled. */
async function settleAll(site: Site, by: string, means: Means): Promise<Resumed['settled']> {
  const box = mailbox(deskStore(site))
  let last: Resumed['settled']
  for (const arming of await box.armings()) {
    const settled = await settleUnlessOver(means, arming, by)
    if (settled) last = { ...settled, epoch: arming.epoch }
    if (!settled?.postponed.length) await box.disarm(arming.epoch)
  }
  if ((await box.armings()).length === 0) await removeLeftovers(site)
  return last
}
