import type { Prices } from '../prices/list.ts'
import { type Option, optionsFor, type Place, peakOf, places } from './options.ts'
import type { Workload } from './workload.ts'

export interface Decision {
  place: Place
  /** The rule that decided, as a sentence. */
  rule: string
  options: Record<Place, Option>
  /** What somebody should know who follows the answer. */
  cautions: string[]
}

/** Somebody patches, scales and replaces hosts; less than this is not worth it. */
export const hostMustSave = { share: 0.1, usdPerMonth: 100 }
/** A function needs no scaling, deployment of servers or patching; less than this does not pay for containers. */
export const fargateMustSave = { share: 0.1, usdPerMonth: 10 }
/** Functions of an account at once, until AWS raises it. */
const accountConcurrency = 1000

/** Rules in order: where it can run at all; then the least work, unless more work saves enough. */
export function decide(workload: Workload, prices: Prices): Decision {
  const options = optionsFor(workload, prices)
  const possible = places.filter((place) => options[place].usdPerMonth !== undefined)
  const [first] = possible
  if (!first) {
    const reasons = places.map((place) => `${place}: ${options[place].impossible}`)
    throw new RangeError(reasons.join('; '))
  }
  const cost = (place: Place) => options[place].usdPerMonth!
  let place = first
  for (const other of possible) if (other !== place && isWorth(other, cost(place), cost(other))) place = other
  return { place, rule: ruleFor(place, possible, options), options, cautions: cautions(place, workload) }
}

function isWorth(other: Place, now: number, then: number): boolean {
  const { share, usdPerMonth } = other === 'host' ? hostMustSave : fargateMustSave
  return now - then >= Math.max(share * now, usdPerMonth)
}

function ruleFor(place: Place, possible: Place[], options: Record<Place, Option>): string {
  if (possible.length === 1) {
    const why = places.filter((it) => it !== place).map((it) => `${it}: ${options[it].impossible}`)
    return `the only one that can run it (${why.join('; ')})`
  }
  const cost = (it: Place) => options[it].usdPerMonth!
  const easier = possible.slice(0, possible.indexOf(place))
  if (easier.length === 0) {
    const barred = places.slice(0, places.indexOf(place)).map((it) => `no ${it}: ${options[it].impossible}`)
    const cheapest = Math.min(...possible.map(cost))
    const why =
      cost(place) <= cheapest
        ? 'the least work, and the cheapest'
        : `the least work, and the $${Math.round(cost(place) - cheapest)} a month that another saves are too little`
    return [...barred, why].join('; ')
  }
  const next = easier.reduce((least, it) => (cost(it) < cost(least) ? it : least))
  const saved = cost(next) - cost(place)
  return `saves $${Math.round(saved)} a month (${Math.round((100 * saved) / cost(next))} %) against ${next}, which is worth the work`
}

function cautions(place: Place, workload: Workload): string[] {
  const concurrency = (peakOf(workload) * workload.durationMs) / 1000
  const burst = peakOf(workload) / workload.requestsPerSecond
  return [
    ...(place === 'function' && concurrency > accountConcurrency
      ? [`${Math.ceil(concurrency)} at once: ask AWS for more than the ${accountConcurrency} an account has`]
      : []),
    ...(place === 'function' && workload.imageMb > 250
      ? [`an image of ${workload.imageMb} MB starts cold in seconds; a bundle may have 250 MB`]
      : []),
    ...(place === 'fargate' && workload.imageMb > 1000
      ? [`each new task pulls its image of ${workload.imageMb} MB first; hosts keep it`]
      : []),
    ...(place !== 'function' && burst >= 4
      ? [
          `sized for a burst of ${Number(burst.toPrecision(2))} times the mean; if it comes slower than a task starts, scale and pay less`,
        ]
      : []),
  ]
}
