import { setTimeout as delay } from 'node:timers/promises'
import type { SideMetrics } from '../front-door/front-door.ts'
import { systemOfRecord } from '../switchover/plan.ts'
import { demand, type Step } from './step.ts'

/** The weights of the lift, percent of requests that go to the cloud. */
export const weightLadder = [0, 1, 5, 25, 50, 100]

/** Sends a share of requests to the cloud; what answers there still writes to the system of record on-premises. */
export const shiftTo: Step<[cloud: number]> = {
  name: 'shift-to',
  summary: 'Move the weight of the cloud side',
  expectedMs: 1000,
  async check({ lift }, cloud) {
    const held = await lift.frontDoor.held()
    demand(!held, `${held}; when the reason is gone, release it: npm run hold -- --release`)
    demand(weightLadder.includes(cloud), `weight ${cloud} is none of ${weightLadder.join(', ')}`)
    const now = (await lift.frontDoor.weights()).cloud
    const alarms = cloud > now ? await lift.frontDoor.alarms() : []
    demand(
      alarms.length === 0,
      `no weight rises while an alarm fires: ${alarms.join('; ')}; each names the runbook that answers it`,
    )
    const next = weightLadder[weightLadder.indexOf(now) + 1]
    demand(
      cloud <= now || cloud === next,
      `from weight ${now} the next is ${next ?? 'none'}, not ${cloud}: each weight shows what the one before could not`,
    )
    demand(
      (await systemOfRecord(lift)) === 'source',
      'the target is the system of record already: there is no traffic left to shift',
    )
    await lift.gate.probe('source')
  },
  async act({ lift, say, by }, cloud) {
    await lift.frontDoor.setWeights(
      { onPremises: 100 - cloud, cloud },
      { by, reason: `the runbook shift-traffic moved it to ${cloud}` },
    )
    say(`${cloud} % of requests go to the cloud`)
  },
  async verify({ lift }, cloud) {
    const weights = await lift.frontDoor.weights()
    demand(weights.cloud === cloud, `the front door has weight ${weights.cloud} instead of ${cloud}`)
  },
}

/** Watches a weight: errors or slowness of the cloud side take it back to 0. */
export const watchWeight: Step = {
  name: 'watch-weight',
  summary: 'Watch errors and latency of the cloud side',
  expectedMs: 60_000,
  async act({ lift, say, by }) {
    const { soakMs, errorPercent, p99Ms } = lift.site.limits
    const since = Date.now()
    const until = performance.now() + soakMs
    for (;;) {
      const { cloud } = await lift.frontDoor.metrics(since)
      const [alarm] = await lift.frontDoor.alarms()
      const reason = overBound(cloud, errorPercent, p99Ms) ?? alarm
      if (reason) {
        await lift.frontDoor.fallBack({ by, reason })
        demand(false, `${reason}: the weight of the cloud side is back at 0`)
      }
      const leftMs = until - performance.now()
      if (leftMs <= 0) {
        demand(
          cloud.requests > 0,
          `no request reached the cloud side in ${soakMs} ms: the weight proves nothing (limits.soakMs)`,
        )
        say(`${cloud.requests} requests, ${cloud.errors} errors, p99 ${cloud.p99Ms.toFixed(1)} ms`)
        return
      }
      await delay(Math.min(leftMs, 500))
    }
  },
}

/** Fewer requests than this say nothing about a percentile or a rate. */
const enough = 20

export function overBound(side: SideMetrics, errorPercent: number, p99Ms: number): string | undefined {
  if (side.requests < enough) return undefined
  const percent = (100 * side.errors) / side.requests
  if (percent > errorPercent)
    return `${percent.toFixed(2)} % of ${side.requests} requests failed on the cloud side, over ${errorPercent} %`
  if (side.p99Ms > p99Ms) return `p99 of the cloud side is ${side.p99Ms.toFixed(0)} ms, over ${p99Ms} ms`
  return undefined
}
