import { LockedError, lock, type Release, readLock, type StandingLock, settling } from '../journal/lock.ts'
import type { Site } from '../site.ts'
import { deskStore } from '../store/open.ts'

/**
 * Takes the lock of a site for a run.
 * @throws LockedError that says who has it, since when, and what to do
 */
export async function takeLock(site: Site, runbook: string, person: string): Promise<Release> {
  const desk = deskStore(site)
  try {
    return await lock(desk, runbook, { person })
  } catch (error) {
    const standing = error instanceof LockedError && (await readLock(desk))
    if (!standing) throw error
    throw new LockedError(lockText(standing))
  }
}

/** A standing lock in words, and what may be done about it. */
export function lockText({ holder, alive, explanation }: StandingLock): string {
  const stoppable = alive && holder.runbook !== settling
  return `${explanation}${stoppable ? '; «status» shows where it is, «abort» asks it to stop' : ''}`
}
