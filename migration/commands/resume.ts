import { hostname } from 'node:os'
import { resume } from '../resume.ts'
import type { Site } from '../site.ts'
import { demandTakeOver, type TakeOver } from '../take-over.ts'

/** Settles what a run that died has left, once somebody has agreed to take its lock; says what it did. */
export async function settleWhatIsLeft(site: Site, consent: TakeOver): Promise<string[]> {
  const standing = await demandTakeOver(site, consent)
  const { settled, lock } = await resume(site, `resume ${hostname()} ${process.pid}`, undefined, standing)
  const done: string[] = []
  if (settled) {
    const { epoch, decision, postponed } = settled
    done.push(`epoch ${epoch} is settled: ${decision.verdict}, decided by ${decision.by}`)
    for (const error of postponed) done.push(`left for the watchdog, which keeps trying: ${error.message}`)
  }
  if (lock) done.push(`the lock of «${lock.runbook}» (process ${lock.pid}, since ${lock.since}) is removed`)
  if (lock && !settled && lock.runbook !== 'resume')
    done.push(`no switchover was left; run «${lock.runbook}» again: what it did before it does not do twice`)
  return done.length > 0 ? done : ['nothing was left to settle']
}
