import { setTimeout as delay } from 'node:timers/promises'
import type { SideMetrics } from '../front-door/front-door.ts'
import { holdText } from '../front-door/holds.ts'
import { systemOfRecord } from '../switchover/record.ts'
import { demand, type Step, type StepContext } from './step.ts'

/** The weights of the lift, percent of requests that go to the cloud. */
export const weightLadder = [0, 1, 5, 25, 50, 100]

/** Sends a share of requests to the cloud; what answers there still writes to the system of record on-premises. */
export const shiftTo: Step<[cloud: number]> = {
  name: 'shift-to',
  summary: 'Move the weight of the cloud side',
  expectedMs: 1000,
  async check(context, cloud) {
    const { lift, dryRun } = context
    demand(weightLadder.includes(cloud), `weight ${cloud} is none of ${weightLadder.join(', ')}`)
    const now = await weightNow(context)
    const next = weightLadder[weightLadder.indexOf(now) + 1]
    demand(
      cloud <= now || cloud === next,
      `from weight ${now} the next is ${next ?? 'none'}, not ${cloud}: each weight shows what the one before could not`,
    )
    await demandNoHold(context)
    const alarms = cloud > now ? await lift.frontDoor.alarms() : []
    demand(
      alarms.length === 0,
      `no weight rises while an alarm fires: ${alarms.join('; ')}; each names the runbook that answers it`,
    )
    demand(
      (await systemOfRecord(lift)) === 'source',
      'the target is the system of record already: there is no traffic left to shift',
    )
    await lift.gate.probe('source')
    if (dryRun) dryRun.cloud = Math.max(now, cloud)
  },
  async act(context, cloud) {
    const { lift, say, by } = context
    const now = await weightNow(context)
    // A run that is begun again goes on where the one before it stopped; the way down is traffic-back.
    if (cloud < now) return say(`the weight is ${now} already`)
    await lift.frontDoor.setWeights(
      { onPremises: 100 - cloud, cloud },
      { by, reason: `the runbook shift-traffic moved it to ${cloud}` },
    )
    say(`${cloud} % of requests go to the cloud`)
  },
  async verify(context, cloud) {
    const now = await weightNow(context)
    demand(now >= cloud, `the front door has weight ${now} instead of ${cloud}`)
  },
}

/** Watches a weight: errors or slowness of the cloud side take it back to 0. */
export const watchWeight: Step<[cloud?: number]> = {
  name: 'watch-weight',
  summary: 'Watch errors and latency of the cloud side',
  expectedMs: 60_000,
  async act(context, weight) {
    const { lift, say } = context
    const { soakMs, errorPercent, p99Ms } = lift.site.limits
    if (weight !== undefined && (await weightNow(context)) > weight)
      return say(`weight ${weight} was passed already`)
    const since = Date.now()
    const until = performance.now() + soakMs
    for (;;) {
      const { cloud } = await lift.frontDoor.metrics(since)
      const [alarm] = await lift.frontDoor.alarms()
      const reason = overBound(cloud, errorPercent, p99Ms) ?? alarm
      if (reason) await goBack(context, reason)
      await demandNoHold(context)
      if (context.interrupted) {
        const why = context.interrupted === true ? 'interrupted' : context.interrupted
        demand(false, `${why}: the weight stays as it is; «traffic-back» takes it to 0`)
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

/** Takes every request back, because of a measurement just made, and says how long that took. */
async function goBack({ lift, journal, by }: StepContext, reason: string): Promise<never> {
  const measured = performance.now()
  await lift.frontDoor.fallBack({ by, reason })
  const ms = Math.round(performance.now() - measured)
  journal?.write('abort-criterion', { reason, ms })
  demand(
    false,
    `${reason}: the weight of the cloud side is back at 0 and held there, ${ms} ms after the measurement`,
  )
  throw new Error(reason)
}

const weightNow = async ({ lift, dryRun }: StepContext): Promise<number> =>
  dryRun?.cloud ?? (await lift.frontDoor.weights()).cloud

/** Somebody has pulled the emergency stop: no run moves the weight until it is released. */
async function demandNoHold({ lift }: StepContext): Promise<void> {
  const hold = await lift.frontDoor.held()
  demand(!hold, hold ? holdText(hold) : '')
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
