import { type Memory, sizeProblem, type VCpus } from '../settings/sizes.ts'
import type { Architecture, Prices } from './list.ts'

/** What containers must carry at their busiest. */
export interface Load {
  /** Processors busy at once. */
  vcpu: number
  /** Of one task; requests share it. */
  memoryMb: number
}

export interface Fleet {
  count: number
  /** Such as `0.25 vCPU, 0.5 GB` or `m7g.large`. */
  size: string
  /** Processors of one. */
  vcpu: number
  usdPerMonth: number
}

/** Two, so that one may fail or be deployed. */
export const leastInstances = 2
/** Share of the processors that may be busy: the rest absorbs what comes while new ones start. */
export const busyShare = 0.6
/** What the system and the log agent of a host need, GB. */
const hostReserveGb = 0.5
const hostVolumeGb = 30

const vcpus = [0.25, 0.5, 1, 2, 4, 8, 16]
const memoriesGb = [0.5, ...Array.from({ length: 120 }, (_, index) => index + 1)]
const tasks = vcpus.flatMap((vcpu) =>
  memoriesGb
    .filter((gb) => sizeProblem({ cpu: `${vcpu} vCPU` as VCpus, memory: `${gb} GB` as Memory }) === undefined)
    .map((gb) => ({ vcpu, gb })),
)

/** The most memory of a task, MB. */
export const fargateMostMb = Math.max(...tasks.map(({ gb }) => gb)) * 1024

const countFor = ({ vcpu }: Load, of: number) =>
  Math.max(leastInstances, Math.ceil(vcpu / (of * busyShare) - 1e-9))

/** Sizes of one family often cost the same by the processor: fewer and larger ones are then easier to run. */
const sameCost = 1.02

function cheapest(fleets: Fleet[]): Fleet | undefined {
  const least = Math.min(...fleets.map(({ usdPerMonth }) => usdPerMonth))
  return fleets
    .filter(({ usdPerMonth }) => usdPerMonth <= least * sameCost)
    .sort((a, b) => a.count - b.count || a.usdPerMonth - b.usdPerMonth)[0]
}

/** The cheapest Fargate tasks that carry the load; undefined when no task has the memory. */
export function fargateFleet(load: Load, prices: Prices, architecture: Architecture): Fleet | undefined {
  const { vcpuHour, gbHour } = prices.fargate[architecture]
  const fits = tasks.filter(({ gb }) => gb * 1024 >= load.memoryMb)
  return cheapest(
    fits.map(({ vcpu, gb }) => {
      const count = countFor(load, vcpu)
      const usdPerMonth = count * prices.hoursPerMonth * (vcpu * vcpuHour.usd + gb * gbHour.usd)
      return { count, size: `${vcpu} vCPU, ${gb} GB`, vcpu, usdPerMonth }
    }),
  )
}

/** The cheapest hosts that carry the load, disks included, people not; undefined when none listed has the memory. */
export function hostFleet(load: Load, prices: Prices, architecture: Architecture): Fleet | undefined {
  const { types, volumeGbMonth } = prices.hosts
  const fits = types.filter(
    (type) => type.architecture === architecture && (type.memoryGb - hostReserveGb) * 1024 >= load.memoryMb,
  )
  return cheapest(
    fits.map(({ name, vcpu, usdPerHour }) => {
      const count = countFor(load, vcpu)
      const usdPerMonth = count * (prices.hoursPerMonth * usdPerHour + hostVolumeGb * volumeGbMonth.usd)
      return { count, size: name, vcpu, usdPerMonth }
    }),
  )
}
