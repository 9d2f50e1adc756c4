import { readLock } from '../journal/lock.ts'
import { askToStop } from '../safety/stop.ts'
import type { Site } from '../site.ts'
import { currentRun } from '../status/run.ts'
import { deskStore } from '../store/open.ts'

/**
 * Asks the run that holds the lock to stop after its step.
 * @returns what was done, in words; undefined when the run is dead, which `resume` settles
 */
export async function abortRun(
  site: Site,
  { person, reason }: { person: string; reason: string },
): Promise<string | undefined> {
  const standing = await readLock(deskStore(site))
  if (!standing) return 'no run is under way: there is nothing to stop'
  if (!standing.alive) return undefined
  const run = await currentRun(site)
  if (!run?.open) return 'the run is just beginning or ending: look at «status» and try again'
  await askToStop(deskStore(site), run.run, { by: person, at: new Date().toISOString(), reason })
  const step = run.stepSince ? `, which is in «${run.step}»` : ''
  return [
    `${run.run}${step}, is asked to stop after its step.`,
    'Before the decision it puts everything back; after it, it goes on to the end. «status» shows when it has stopped.',
  ].join('\n')
}
