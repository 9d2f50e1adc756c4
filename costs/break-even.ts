import { type Fleet, fargateFleet, hostFleet, type Load } from '../prices/containers.ts'
import { vcpuOf } from '../prices/function.ts'
import type { Architecture, Prices } from '../prices/list.ts'

/** What one invocation costs and needs, on average. */
export interface Invocation {
  /** Without free tier. */
  usd: number
  billedMs: number
  memoryMb: number
  maxMemoryUsedMb: number
}

export interface BreakEven {
  /** From here on the fleet is cheaper; undefined when the function stays cheaper at any rate. */
  invocationsPerMonth?: number
  /** The fleet at that point, or the smallest. */
  fleet: Fleet
}

/**
 * Containers are sized for an even load that keeps as many processors busy as the function is given, which is the
 * most it can need: work that waits for a network shares a processor, and breaks even earlier.
 */
export function loadOf(each: Invocation, invocationsPerMonth: number, { hoursPerMonth }: Prices): Load {
  const busyShare = (invocationsPerMonth * each.billedMs) / (hoursPerMonth * 3600e3)
  return { vcpu: busyShare * vcpuOf(each.memoryMb), memoryMb: each.maxMemoryUsedMb }
}

export const fleets = { fargate: fargateFleet, host: hostFleet }

/** Undefined when no such fleet has the memory. */
export function breakEven(
  kind: keyof typeof fleets,
  each: Invocation,
  prices: Prices,
  architecture: Architecture,
): BreakEven | undefined {
  const fleetAt = (invocations: number) =>
    fleets[kind](loadOf(each, invocations, prices), prices, architecture)
  const smallest = fleetAt(0)
  if (!smallest) return undefined
  // The fleet's cost rises with the load, so these steps climb to the first crossing and never pass it.
  let fleet = smallest
  for (let step = 0; step < 1000; step++) {
    const invocations = fleet.usdPerMonth / each.usd
    const next = fleetAt(invocations)!
    if (next.usdPerMonth <= fleet.usdPerMonth) return { invocationsPerMonth: invocations, fleet }
    if (next.usdPerMonth > 1e8) break
    fleet = next
  }
  return { fleet: smallest }
}
