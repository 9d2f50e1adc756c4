import test from 'ava'
import { breakEven, type Invocation } from '../../costs/break-even.ts'
import { summarize } from '../../costs/summary.ts'
import { functionUsd } from '../../prices/function.ts'
import { readPrices } from '../../prices/list.ts'
import { type Figures, tally, textLine } from './samples.ts'

const prices = readPrices()
const options = { prices, architecture: 'x86_64', rounding: 'billed' } as const
const many = (count: number, it: Figures) => Array.from({ length: count }, () => textLine(it))

test('prices: requests, tiers and free tier', (t) => {
  const near = (found: number, exact: number) =>
    t.true(Math.abs(found / exact - 1) < 1e-9, `${found} ${exact}`)
  near(functionUsd({ invocations: 3e6, gbSeconds: 1e6 }, prices, 'x86_64'), 0.6 + 16.6667)
  near(functionUsd({ invocations: 3e6, gbSeconds: 1e6 }, prices, 'arm64'), 0.6 + 13.3334)
  near(
    functionUsd({ invocations: 3e6, gbSeconds: 1e6 }, prices, 'x86_64', { freeTier: true }),
    0.4 + 10.00002,
  )
  t.is(functionUsd({ invocations: 1e6, gbSeconds: 4e5 }, prices, 'x86_64', { freeTier: true }), 0)
  near(functionUsd({ invocations: 0, gbSeconds: 16e9 }, prices, 'x86_64'), 100_000.2 + 135_000 + 13_333.4)
})

test('the free tier is one for the account and a month: a week uses a quarter of it', (t) => {
  const usage = tally(many(1000, { ms: 1e5, billedMs: 1e5, memoryMb: 10240 }))
  const month = summarize(usage, options)
  const week = summarize({ ...usage, periodMs: 7 * 86_400_000 }, options)
  t.is(month.total.billedGbSeconds, 1e6)
  const off = (it: typeof month) => it.total.usd - it.total.usdAfterFreeTier
  t.true(Math.abs(off(month) - 400_000 * 0.0000166667 - 1000 * 2e-7) < 1e-9)
  t.true(Math.abs((off(week) - 1000 * 2e-7) / (400_000 * 0.0000166667 * ((7 * 24) / 730)) - 1) < 1e-4)
  t.is(week.total.usd, month.total.usd)
})

const advice = (lines: string[]) => summarize(tally(lines), options).functions[0]!.memory

test('the cheapest memory that is not slower comes from sizes that ran', (t) => {
  const slowOnLess = [
    ...many(200, { ms: 100, billedMs: 100, memoryMb: 1024 }),
    ...many(150, { ms: 150, billedMs: 150, memoryMb: 512 }),
    ...many(150, { ms: 102, billedMs: 102, memoryMb: 768 }),
  ]
  t.like(advice(slowOnLess), { currentMb: 1024, cheapestMb: 768 })
  // More memory that is faster by more than it costs is cheaper, too.
  const fastOnMore = [
    ...many(200, { ms: 400, billedMs: 400, memoryMb: 512 }),
    ...many(150, { ms: 150, billedMs: 150, memoryMb: 1024 }),
  ]
  t.like(advice(fastOnMore), { currentMb: 512, cheapestMb: 1024 })
})

test('without evidence there is no answer, and it says so', (t) => {
  const one = advice(many(200, { ms: 100, billedMs: 100, memoryMb: 1024, usedMb: 90 }))
  t.is(one.cheapestMb, undefined)
  t.is(one.wouldFitMb, 128)
  t.regex(one.reason, /^not tried: 128 MB .* 13 % of the processor/)
  const few = [
    ...many(200, { ms: 100, billedMs: 100, memoryMb: 1024 }),
    ...many(99, { ms: 100, billedMs: 100, memoryMb: 512 }),
  ]
  t.is(advice(few).cheapestMb, undefined)
  t.regex(advice(many(200, { ms: 9, billedMs: 9, memoryMb: 128, usedMb: 127 })).reason, /near its limit/)
})

const each: Invocation = { usd: 2e-6, billedMs: 100, memoryMb: 512, maxMemoryUsedMb: 200 }

test('at the break-even the fleet costs what the function does, and carries it', (t) => {
  for (const kind of ['fargate', 'host'] as const) {
    const { invocationsPerMonth, fleet } = breakEven(kind, each, prices, 'x86_64')!
    t.true(Math.abs((invocationsPerMonth! * each.usd) / fleet.usdPerMonth - 1) < 1e-9)
    const busy = (invocationsPerMonth! * 0.1 * (512 / 1769)) / (730 * 3600)
    t.true(busy <= fleet.count * fleet.vcpu * 0.6 + 1e-9)
  }
})

test('where a function costs less than its share of a fleet it never breaks even', (t) => {
  const cheap = { ...each, usd: 2e-8 }
  t.is(breakEven('fargate', cheap, prices, 'x86_64')!.invocationsPerMonth, undefined)
  t.is(breakEven('fargate', { ...each, maxMemoryUsedMb: 200_000 }, prices, 'x86_64'), undefined)
})

test('every price has a source and a date, and is for one region', (t) => {
  t.is(prices.region, 'us-east-1')
  t.regex(prices.lambda.gbSecond.arm64.source, /^https:\/\/aws.amazon.com/)
  t.is(prices.lambda.gbSecond.x86_64.tiers[0]!.usd, 0.0000166667)
  t.is(prices.lambda.gbSecond.arm64.tiers[0]!.usd, 0.0000133334)
})
