import { setTimeout as delay } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import { awaitValue, writeNonce } from '../drain.ts'
import type { StepContext } from './step.ts'
import { planOf } from './switchover-run.ts'
import { vacuumsIn } from './vacuums.ts'

const betweenProbesMs = 100
/** One value may have found a gap between two bursts. */
const inARow = 3
/** Nobody waits for a link that is so slow. */
const stuckMs = 15_000

/** Of an application that has more sessions, so many in a hundred are in a transaction at most. */
const busyPercent = 80
const fewSessions = 3

/**
 * Waits until a value written on the one side is seen on the other within `limits.calmMs`, the application has
 * sessions to spare, and no vacuum is in the way, several times in a row: the comparison of all rows and the
 * statistics made before this may have kept both servers busy, and what they have not caught up with would be waited
 * for in the pause. Goes on after `limits.calmWaitMs` all the same, and says so.
 * @throws Error when a value does not arrive at all
 */
export async function awaitCalm({ lift, switchover, say }: StepContext): Promise<void> {
  const { from, to, epoch, fence } = planOf(switchover)
  const { calmMs, calmWaitMs } = lift.site.limits
  const began = performance.now()
  let calm = 0
  for (let probe = 1; ; probe++) {
    const written = performance.now()
    const nonce = await writeNonce(from.client, from.side, `probe ${probe} before epoch ${epoch}`)
    await awaitValue(to.client, nonce, stuckMs)
    const tookMs = performance.now() - written
    const { open, busy } = await sessionsOf(from.client, fence.from.roles)
    const spare = open <= fewSessions || busy * 100 <= open * busyPercent
    const vacuums = (await vacuumsIn(from.client)) + (await vacuumsIn(to.client))
    calm = tookMs <= calmMs && spare && vacuums === 0 ? calm + 1 : 0
    if (calm === inARow) return say(`the ${to.side} follows: a value is there after ${tookMs.toFixed(0)} ms`)
    if (performance.now() - began > calmWaitMs) {
      const within = `limits.calmMs is ${calmMs}, limits.calmWaitMs ${calmWaitMs}`
      return say(
        `no quiet moment: the last value took ${tookMs.toFixed(0)} ms to the ${to.side}, ${busy} of the application's ${open} sessions were busy, ${vacuums} vacuums ran (${within}); the pause will be as much longer`,
      )
    }
    await delay(betweenProbesMs)
  }
}

/** When all sessions of the application are in a transaction, requests wait for one. */
async function sessionsOf(from: ClientBase, roles: string[]): Promise<{ open: number; busy: number }> {
  const { rows } = await from.query(
    `select count(*)::int as open, count(*) filter (where state <> 'idle')::int as busy
     from pg_catalog.pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and usename = any ($1)`,
    [roles],
  )
  return rows[0]
}
