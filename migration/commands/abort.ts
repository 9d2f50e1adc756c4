import { readLock, settling } from '../journal/lock.ts'
import { askToStop } from '../safety/stop.ts'
import type { Site } from '../site.ts'
import { currentRun, isOf } from '../status/run.ts'
import { deskStore } from '../store/open.ts'

/**
 * Asks the run that holds the lock to stop after its step.
 * @throws Error when that is none that would hear it
 * @returns what was done, in words; undefined when the run is dead, which `resume` settles
 */
export async function abortRun(
  site: Site,
  { person, reason }: { person: string; reason: string },
): Promise<string | undefined> {
  const standing = await readLock(deskStore(site))
  if (!standing) return 'no run is under way: there is nothing to stop'
  if (!standing.alive) return undefined
  if (standing.holder.runbook === settling)
    throw new Error(`${standing.explanation}; there is no run to stop`)
  const run = await currentRun(site)
  // Until its journal has begun the last one is another's, whom nobody would hear.
  if (!run?.open || !isOf(standing.holder, run))
    throw new Error('the run is just beginning or ending: look at «status» and try again')
  await askToStop(deskStore(site), run.run, { by: person, at: new Date().toISOString(), reason })
  const step = run.stepSince ? `, which is in «${run.step}»` : ''
  return [
    `${run.run}${step}, is asked to stop after its step.`,
    'Before the decision it puts everything back; after it, it goes on to the end. «status» shows when it has stopped.',
  ].join('\n')
}
