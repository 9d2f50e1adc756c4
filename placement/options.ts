import { type Fleet, fargateFleet, fargateMostMb, hostFleet, type Load } from '../prices/containers.ts'
import { functionUsd, vcpuOf } from '../prices/function.ts'
import type { Prices } from '../prices/list.ts'
import type { Workload } from './workload.ts'

export const places = ['function', 'fargate', 'host'] as const
export type Place = (typeof places)[number]

export interface Option {
  place: Place
  /** In US dollars, without free tier; undefined where it cannot run. */
  usdPerMonth?: number
  /** What would stand there. */
  size?: string
  /** Why it cannot run there. */
  impossible?: string
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const functionLimits = { durationMs: 900_000, memoryMb: 10_240, leastMemoryMb: 128, imageMb: 10_240 }

export const peakOf = ({ requestsPerSecond, peakRequestsPerSecond = requestsPerSecond }: Workload): number =>
  peakRequestsPerSecond

/** A function is paid for the mean, containers stand ready for the peak. */
export function optionsFor(workload: Workload, prices: Prices): Record<Place, Option> {
  const { memoryMb, durationMs, cpuMs = durationMs * vcpuOf(memoryMb), architecture } = workload
  const load: Load = { vcpu: (peakOf(workload) * cpuMs) / 1000, memoryMb }
  return {
    function: functionOption(workload, prices),
    fargate: containers(
      'fargate',
      workload.hostAccess ? undefined : fargateFleet(load, prices, architecture),
      whyNotFargate(workload),
    ),
    host: containers(
      'host',
      hostFleet(load, prices, architecture),
      'none of the listed hosts has the memory; add a larger type to prices/us-east-1.json',
    ),
  }
}

function functionOption(workload: Workload, prices: Prices): Option {
  const impossible = whyNotFunction(workload)
  if (impossible) return { place: 'function', impossible }
  const { requestsPerSecond, durationMs, architecture } = workload
  const memoryMb = Math.max(functionLimits.leastMemoryMb, workload.memoryMb)
  const invocations = requestsPerSecond * prices.hoursPerMonth * 3600
  const gbSeconds = (invocations * Math.ceil(durationMs) * (memoryMb / 1024)) / 1000
  const usdPerMonth = functionUsd({ invocations, gbSeconds }, prices, architecture)
  const concurrency = Math.max(1, Math.ceil((peakOf(workload) * durationMs) / 1000))
  return { place: 'function', usdPerMonth, size: `${memoryMb} MB, up to ${concurrency} at once` }
}

function whyNotFunction({
  durationMs,
  memoryMb,
  imageMb,
  longConnections,
  hostAccess,
}: Workload): string | undefined {
  if (hostAccess) return 'needs the machine itself'
  if (longConnections)
    return 'clients stay connected; a function ends after 15 minutes and is paid while it waits'
  if (durationMs > functionLimits.durationMs) return 'takes longer than the 15 minutes a function has'
  if (memoryMb > functionLimits.memoryMb)
    return `needs more than the ${functionLimits.memoryMb} MB a function can have`
  if (imageMb > functionLimits.imageMb)
    return `its image is larger than the ${functionLimits.imageMb} MB of a function`
  return undefined
}

const whyNotFargate = ({ hostAccess }: Workload): string =>
  hostAccess ? 'needs the machine itself' : `needs more than the ${fargateMostMb} MB a task can have`

function containers(place: 'fargate' | 'host', fleet: Fleet | undefined, otherwise: string): Option {
  if (!fleet) return { place, impossible: otherwise }
  return { place, usdPerMonth: fleet.usdPerMonth, size: `${fleet.count} x ${fleet.size}` }
}
