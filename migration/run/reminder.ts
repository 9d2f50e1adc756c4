import { inWords } from '../page/duration.ts'

/** A session in a task of AWS that is silent for 20 minutes is ended, and the run in it. */
const usualEveryMs = 5 * 60_000

/** Says now and then that a long step is still at work. */
export function createReminder(
  say: (text: string) => void,
  now: () => number = () => performance.now(),
  everyMs = usualEveryMs,
) {
  let current: { what: string; since: number; saidAt: number } | undefined
  return {
    begin(what: string): void {
      current = { what, since: now(), saidAt: now() }
    },
    end(): void {
      current = undefined
    },
    tick(): void {
      if (!current || now() - current.saidAt < everyMs) return
      current.saidAt = now()
      say(`still at «${current.what}», for ${inWords(now() - current.since)}`)
    },
  }
}
