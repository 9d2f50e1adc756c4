import { type Markup, markup } from '../page/markup.ts'
import { logScaleOf, px } from '../page/scale.ts'
import { readPrices } from '../prices/list.ts'
import { fleets, loadOf } from './break-even.ts'
import { amount, usd } from './format.ts'
import type { FunctionCosts, Summary } from './summary.ts'

const [width, height, left, right, top, bottom] = [900, 300, 80, 30, 10, 40]
const points = 120

/** A month's cost of one function as function, on Fargate and on hosts, by invocations. */
export function breakEvenPlot(
  { name, invocation, invocations, breakEven }: FunctionCosts,
  { architecture, months }: Summary,
): Markup {
  const prices = readPrices()
  const now = invocations / months
  const crossings = [breakEven.fargate, breakEven.host].flatMap((it) => it?.invocationsPerMonth ?? [])
  const x = logScaleOf(
    [now / 3, now * 3, ...crossings.flatMap((it) => [it / 10, it * 10])],
    [left, width - right],
  )
  const [first, last] = [x.ticks[0]!, x.ticks.at(-1)!]
  const rates = Array.from({ length: points + 1 }, (_, index) => first * (last / first) ** (index / points))
  const lines = [
    { kind: 'function', of: (rate: number) => rate * invocation.usd },
    ...(['fargate', 'host'] as const).map((kind) => ({
      kind,
      of: (rate: number) => fleets[kind](loadOf(invocation, rate, prices), prices, architecture)?.usdPerMonth,
    })),
  ].map(({ kind, of }) => ({ kind, costs: rates.map((rate) => of(rate)) }))
  const y = logScaleOf(
    lines.flatMap(({ costs }) => costs.filter((it) => it !== undefined)),
    [height - bottom, top],
  )
  return markup`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Cost of ${name} a month by invocations: function, Fargate, host">${x.ticks.map((tick) => markup`<path class="grid" d="M${px(x.at(tick))} ${top}V${height - bottom}"/><text class="tick" text-anchor="middle" x="${px(x.at(tick))}" y="${height - bottom + 16}">${amount(tick)}</text>`)}${y.ticks.map((tick) => markup`<path class="grid" d="M${left} ${px(y.at(tick))}H${width - right}"/><text class="tick" text-anchor="end" x="${left - 6}" y="${px(y.at(tick) + 4)}">${usd(tick)}</text>`)}${lines.map(
    ({ kind, costs }, index) => {
      const known = costs.flatMap((cost, index) =>
        cost === undefined ? [] : [{ x: x.at(rates[index]!), y: y.at(cost) }],
      )
      const end = known.at(-1)
      if (!end) return false
      return markup`<path class="line ${kind}" d="M${known.map((point) => `${px(point.x)} ${px(point.y)}`).join('L')}"/><path class="line ${kind}" d="M${left + 12} ${top + 14 + 18 * index}h22"/><text class="label ${kind}" x="${left + 40}" y="${top + 18 + 18 * index}">${kind === 'fargate' ? 'Fargate' : kind}</text>`
    },
  )}<path class="now" d="M${px(x.at(now))} ${top}V${height - bottom}"/><text class="tick" text-anchor="middle" x="${px(x.at(now))}" y="${height - 6}">now: ${amount(now)} a month</text></svg>`
}
