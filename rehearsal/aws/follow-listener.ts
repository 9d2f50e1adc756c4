import { setTimeout as delay } from 'node:timers/promises'
import { albFrontDoor } from '../../migration/front-door/alb.ts'
import { localFrontDoor } from '../../migration/front-door/local.ts'
import { ssmHolds } from '../../migration/front-door/ssm-holds.ts'
import type { Sandbox } from '../host/sandbox.ts'
import type { Cloud } from './cloud.ts'

const everyMs = 100

/**
 * The emulator's balancer carries no request: the local front door does, and takes the weights that stand in the
 * listener. Returns what stops it.
 */
export function followListener(
  sandbox: Sandbox,
  { balancer, holdPath }: Cloud,
  admin: string,
): () => Promise<void> {
  const listener = albFrontDoor({ ...balancer, holdPath })
  const door = localFrontDoor(admin, ssmHolds(holdPath))
  const stop = new AbortController()
  const following = (async () => {
    for (let now: number | undefined; !stop.signal.aborted; ) {
      const weights = await listener.weights()
      if (weights.cloud !== now) await door.setWeights(weights, { by: 'the listener', reason: 'it says so' })
      now = weights.cloud
      await delay(everyMs, undefined, { signal: stop.signal }).catch(() => {})
    }
  })()
  const ended = following.catch((error: Error) => {
    // The emulator may be gone before this is told to stop.
    if (stop.signal.aborted || sandbox.closing) return
    console.error(`the front door follows its listener no more: ${error.message}`)
  })
  return async () => {
    stop.abort()
    await ended
  }
}
