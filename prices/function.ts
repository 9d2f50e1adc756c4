import type { Architecture, Prices } from './list.ts'

export interface FunctionUse {
  invocations: number
  gbSeconds: number
}

/** What functions cost in a month, in US dollars; the free tier is one for the whole account. */
export function functionUsd(
  { invocations, gbSeconds }: FunctionUse,
  prices: Prices,
  architecture: Architecture,
  { freeTier = false } = {},
): number {
  const { lambda } = prices
  const requests = Math.max(0, invocations - (freeTier ? lambda.freeRequests.value : 0))
  const billed = Math.max(0, gbSeconds - (freeTier ? lambda.freeGbSeconds.value : 0))
  return (requests / 1e6) * lambda.requestsPerMillion.usd + tiered(billed, prices, architecture)
}

function tiered(gbSeconds: number, { lambda }: Prices, architecture: Architecture): number {
  let from = 0
  let usd = 0
  for (const tier of lambda.gbSecond[architecture].tiers) {
    const upTo = tier.upToGbSeconds ?? Number.POSITIVE_INFINITY
    usd += Math.max(0, Math.min(gbSeconds, upTo) - from) * tier.usd
    from = upTo
  }
  return usd
}

/** Memory with which a function gets one vCPU: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const megabytesPerVcpu = 1769

/** Processors a function of this memory gets. */
export const vcpuOf = (memoryMb: number): number => memoryMb / megabytesPerVcpu
