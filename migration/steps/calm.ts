import { setTimeout as delay } from 'node:timers/promises'
import { awaitValue, writeNonce } from '../drain.ts'
import type { StepContext } from './step.ts'
import { planOf } from './switchover-run.ts'

const betweenProbesMs = 100
/** One value may have found a gap between two bursts. */
const inARow = 3
/** Nobody waits for a link that is so slow. */
const stuckMs = 15_000

/**
 * Waits until a value written on the one side is seen on the other within `limits.calmMs`, several times in a row:
 * the comparison of all rows and the statistics made before this may have kept both servers busy, and what they have
 * not caught up with would be waited for in the pause. Goes on after `limits.calmWaitMs` all the same, and says so.
 * @throws Error when a value does not arrive at all
 */
export async function awaitCalm({ lift, switchover, say }: StepContext): Promise<void> {
  const { from, to, epoch } = planOf(switchover)
  const { calmMs, calmWaitMs } = lift.site.limits
  const began = performance.now()
  let calm = 0
  for (let probe = 1; ; probe++) {
    const written = performance.now()
    const nonce = await writeNonce(from.client, from.side, `probe ${probe} before epoch ${epoch}`)
    await awaitValue(to.client, nonce, stuckMs)
    const tookMs = performance.now() - written
    calm = tookMs <= calmMs ? calm + 1 : 0
    if (calm === inARow) return say(`the ${to.side} follows: a value is there after ${tookMs.toFixed(0)} ms`)
    if (performance.now() - began > calmWaitMs) {
      const within = `limits.calmMs is ${calmMs}, limits.calmWaitMs ${calmWaitMs}`
      return say(
        `no quiet moment: the last value took ${tookMs.toFixed(0)} ms to the ${to.side} (${within}); the pause will be longer by as much`,
      )
    }
    await delay(betweenProbesMs)
  }
}
