import { hostname } from 'node:os'
import { settling } from '../journal/lock.ts'
import { type Resumed, resume } from '../resume.ts'
import type { Site } from '../site.ts'
import { demandTakeOver, type TakeOver } from '../take-over.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Settles what a run that died has left, once somebody has agreed to take its lock; says what it did. A signal ends it
 * in order.
 */
export async function settleWhatIsLeft(site: Site, consent: TakeOver): Promise<string[]> {
  const mayTake = await demandTakeOver(site, consent)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  for (const signal of signals) process.on(signal, interrupt)
  try {
    const { signal } = interrupted
    const by = `resume ${hostname()} ${process.pid}`
    return inWords(await resume(site, by, { mayTake, person: consent.person, signal }))
  } finally {
    for (const signal of signals) process.off(signal, interrupt)
  }
}

function inWords({ settled, lock }: Resumed): string[] {
  const done: string[] = []
  if (settled) {
    const { epoch, decision, postponed } = settled
    done.push(`epoch ${epoch} is settled: ${decision.verdict}, decided by ${decision.by}`)
    for (const error of postponed) done.push(`left for the watchdog, which keeps trying: ${error.message}`)
  }
  if (lock) done.push(`the lock of «${lock.runbook}» (process ${lock.pid}, since ${lock.since}) is removed`)
  if (lock && !settled && lock.runbook !== settling)
    done.push(`no switchover was left; run «${lock.runbook}» again: what it did before it does not do twice`)
  return done.length > 0 ? done : ['nothing was left to settle']
}
