import { type FunctionUse, functionUsd } from '../prices/function.ts'
import type { Architecture, Prices } from '../prices/list.ts'
import { type BreakEven, breakEven, type Invocation } from './break-even.ts'
import { type MemoryAdvice, memoryAdvice } from './memory-advice.ts'
import type { Rounding } from './rounding.ts'
import { type FunctionUsage, gbSecondsOf, invocationsOf, type Quantiles, sum, type Usage } from './usage.ts'

export interface Costs {
  invocations: number
  billedMs: number
  billedGbSeconds: number
  usd: number
  /** The free tier is the account's; each function gets its share of it. */
  usdAfterFreeTier: number
}

export interface FunctionCosts extends Costs {
  name: string
  duration: Quantiles
  coldStarts: number
  /** 0 to 1. */
  coldStartShare: number
  init?: Quantiles
  timeouts: number
  memory: MemoryAdvice
  invocation: Invocation
  breakEven: { fargate?: BreakEven; host?: BreakEven }
}

export interface Summary {
  source: string
  region: string
  pricesAsOf: string
  architecture: Architecture
  rounding: Rounding
  lines: Usage['lines']
  /** Undefined: not known, and the lines count as one month. */
  periodMs?: number
  /** Months the lines cover. */
  months: number
  total: Costs
  /** Dearest first. */
  functions: FunctionCosts[]
  notes: string[]
}

export interface SummaryOptions {
  prices: Prices
  architecture: Architecture
  rounding: Rounding
}

/** Shorter spans say nothing about a month. */
const leastPeriodMs = 3600e3

export function summarize(usage: Usage, { prices, architecture, rounding }: SummaryOptions): Summary {
  const { functions, lines, source } = usage
  const notes = [...usage.notes]
  const known = usage.periodMs !== undefined && usage.periodMs >= leastPeriodMs
  if (!known)
    notes.push('the lines do not tell an hour or more; they count as one month (--period 7d says otherwise)')
  const months = known ? usage.periodMs! / (prices.hoursPerMonth * 3600e3) : 1
  if (rounding === 'billed' && lines.ofOldBilling > 0)
    notes.push(
      `${lines.ofOldBilling} of ${lines.reports} reports were billed by the 100 ms, as until December 2020; --rounding 1ms bills as today`,
    )
  const uses = functions.map((it) => useOf(it, rounding))
  const rates = ratesFor(uses, months, prices, architecture)
  const costed = functions.map((it, index) =>
    costsOf(it, uses[index]!, rates, { prices, architecture, rounding }),
  )
  return {
    source,
    region: prices.region,
    pricesAsOf: prices.asOf,
    architecture,
    rounding,
    lines,
    ...(known && { periodMs: usage.periodMs! }),
    months,
    total: {
      invocations: sum(costed.map((it) => it.invocations)),
      billedMs: sum(costed.map((it) => it.billedMs)),
      billedGbSeconds: sum(costed.map((it) => it.billedGbSeconds)),
      usd: sum(costed.map((it) => it.usd)),
      usdAfterFreeTier: sum(costed.map((it) => it.usdAfterFreeTier)),
    },
    functions: costed.sort((a, b) => b.usd - a.usd || a.name.localeCompare(b.name)),
    notes,
  }
}

interface Use extends FunctionUse {
  billedMs: number
}

const useOf = (usage: FunctionUsage, rounding: Rounding): Use => ({
  invocations: invocationsOf(usage),
  gbSeconds: sum(usage.sizes.map((size) => gbSecondsOf(size, rounding))),
  billedMs: sum(usage.sizes.map((size) => size.billedMs[rounding])),
})

interface Rates {
  gross: { request: number; gbSecond: number }
  net: { request: number; gbSecond: number }
}

/** Tiers and free tier belong to a month of the account, so prices are averages over all that was read. */
function ratesFor(uses: Use[], months: number, prices: Prices, architecture: Architecture): Rates {
  const invocations = sum(uses.map((use) => use.invocations)) / months
  const gbSeconds = sum(uses.map((use) => use.gbSeconds)) / months
  const rate = (freeTier: boolean) => {
    const price = (use: FunctionUse) => functionUsd(use, prices, architecture, { freeTier })
    return {
      request: invocations === 0 ? 0 : price({ invocations, gbSeconds: 0 }) / invocations,
      gbSecond: gbSeconds === 0 ? 0 : price({ invocations: 0, gbSeconds }) / gbSeconds,
    }
  }
  return { gross: rate(false), net: rate(true) }
}

function costsOf(
  usage: FunctionUsage,
  use: Use,
  { gross, net }: Rates,
  options: SummaryOptions,
): FunctionCosts {
  const { prices, architecture, rounding } = options
  const { name, duration, coldStarts, init, timeouts } = usage
  const { invocations, gbSeconds, billedMs } = use
  const usd = invocations * gross.request + gbSeconds * gross.gbSecond
  const memory = memoryAdvice(usage, rounding)
  const invocation: Invocation = {
    usd: usd / invocations,
    billedMs: billedMs / invocations,
    memoryMb: (1024 * gbSeconds * 1000) / Math.max(billedMs, 1),
    maxMemoryUsedMb: memory.maxMemoryUsedMb,
  }
  const fargate = breakEven('fargate', invocation, prices, architecture)
  const host = breakEven('host', invocation, prices, architecture)
  return {
    name,
    invocations,
    billedMs,
    billedGbSeconds: gbSeconds,
    usd,
    usdAfterFreeTier: invocations * net.request + gbSeconds * net.gbSecond,
    duration,
    coldStarts,
    coldStartShare: coldStarts / invocations,
    ...(init && { init }),
    timeouts,
    memory,
    invocation,
    breakEven: { ...(fargate && { fargate }), ...(host && { host }) },
  }
}
