import { LockedError, lock, readLock, type StandingLock } from '../journal/lock.ts'
import { readRun, runNames } from '../journal/runs.ts'
import type { Site } from '../site.ts'
import { deskStore, recordStore } from '../store/open.ts'

/**
 * Takes the lock of a site for a run.
 * @throws LockedError that says who has it, since when, and what to do
 */
export async function takeLock(site: Site, runbook: string): Promise<() => Promise<void>> {
  const desk = deskStore(site)
  try {
    return await lock(desk, runbook)
  } catch (error) {
    const standing = error instanceof LockedError && (await readLock(desk))
    if (!standing) throw error
    throw new LockedError(await lockText(site, standing))
  }
}

/** A standing lock in words, with the person whose run it is. */
export async function lockText(site: Site, { holder, alive, explanation }: StandingLock): Promise<string> {
  const person = await personOf(site, holder)
  const whose = person ? `started by ${person}: ` : ''
  const then = alive ? '; «status» shows where it is, «abort» asks it to stop' : ''
  return `${whose}${explanation}${then}`
}

/** Who started the run of a process, from the last journals. */
async function personOf(site: Site, { host, pid }: StandingLock['holder']): Promise<string | undefined> {
  for (const run of (await runNames(recordStore(site))).slice(-5).reverse()) {
    const begin = (await readRun(recordStore(site), run))?.entries[0]
    if (begin?.['host'] === host && begin['pid'] === pid) return String(begin['person'] ?? '') || undefined
  }
  return undefined
}
