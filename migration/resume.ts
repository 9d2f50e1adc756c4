import { type LockHolder, readLock, removeLock, type StandingLock } from './journal/lock.ts'
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
 * and its lock are removed. Without anything left it changes nothing.
 * @param mayTake a lock that was agreed to be taken over, though its process cannot be seen from here
 * @throws Error while the run that holds the lock still lives
 */
export async function resume(
  site: Site,
  by: string,
  means: Means = meansOf(site),
  mayTake?: StandingLock,
): Promise<Resumed> {
  const desk = deskStore(site)
  const lock = await readLock(desk)
  const agreed = lock && mayTake && JSON.stringify(lock.holder) === JSON.stringify(mayTake.holder)
  if (lock?.alive && !agreed) throw new Error(`${lock.explanation}; nothing was done`)
  const box = mailbox(desk)
  const result: Resumed = {}
  for (const arming of await box.armings()) {
    const settled = await settleUnlessOver(means, arming, by)
    if (settled) result.settled = { ...settled, epoch: arming.epoch }
    if (!settled?.postponed.length) await box.disarm(arming.epoch)
  }
  if ((await box.armings()).length === 0) await removeLeftovers(site)
  if (lock) {
    await removeLock(desk)
    result.lock = lock.holder
  }
  return result
}
