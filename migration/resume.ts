import { type LockHolder, lock, lockInsteadOf, readLock, type StandingLock } from './journal/lock.ts'
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

/**
 * Settles what a run that died has left: its switchover goes back, or forward when that was decided, its slots
 * and its lock are removed. Without anything left it changes nothing. While it does so it holds the lock itself.
 * @param mayTake a lock that was agreed to be taken over, though its process cannot be seen from here
 * @throws Error while the run that holds the lock still lives, or when the system of record cannot be settled yet:
 *   then the lock of that run stands again
 */
export async function resume(
  site: Site,
  by: string,
  means: Means = meansOf(site),
  mayTake?: StandingLock,
): Promise<Resumed> {
  const desk = deskStore(site)
  const standing = await readLock(desk)
  const agreed = standing && mayTake && JSON.stringify(standing.holder) === JSON.stringify(mayTake.holder)
  if (standing?.alive && !agreed) throw new Error(`${standing.explanation}; nothing was done`)
  const left = standing?.holder
  const release = await (left ? lockInsteadOf(desk, left, 'resume') : lock(desk, 'resume'))
  try {
    const settled = await settleAll(site, by, means)
    await release()
    return { ...(settled && { settled }), ...(left && { lock: left }) }
  } catch (error) {
    await release(left).catch(() => {})
    throw error
  }
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
