import type { Rounding } from './rounding.ts'
import { type FunctionUsage, gbSecondsOf, type SizeUsage } from './usage.ts'

export interface MemoryAdvice {
  /** The memory most invocations had. */
  currentMb: number
  maxMemoryUsedMb: number
  /** The cheapest size seen that was not slower; undefined when only one size was seen often enough. */
  cheapestMb?: number
  /** The least that what was used would fit in, with room; undefined when that is no less than now. */
  wouldFitMb?: number
  /** What this rests on, or why there is no answer. */
  reason: string
}

/** Fewer say nothing about a p95. */
export const enough = 100
/** Slower by less than this is noise. */
const slower = 1.05
const headroom = 1.25
const stepMb = 64
const leastMb = 128

/** Less memory is also less processor, so only sizes that ran can be said not to be slower. */
export function memoryAdvice({ sizes }: FunctionUsage, rounding: Rounding): MemoryAdvice {
  const current = sizes.reduce((most, size) => (size.invocations > most.invocations ? size : most))
  const maxMemoryUsedMb = Math.max(...sizes.map((size) => size.maxMemoryUsedMb))
  const base = { currentMb: current.memoryMb, maxMemoryUsedMb }
  const seen = sizes.filter((size) => size.invocations >= enough)
  if (seen.length > 1 && seen.includes(current)) return { ...base, ...observed(seen, current, rounding) }
  if (maxMemoryUsedMb >= 0.9 * current.memoryMb)
    return {
      ...base,
      reason: `uses ${maxMemoryUsedMb} of ${current.memoryMb} MB: near its limit, give it more`,
    }
  const wouldFitMb = Math.max(leastMb, Math.ceil((maxMemoryUsedMb * headroom) / stepMb) * stepMb)
  if (wouldFitMb >= current.memoryMb) return { ...base, reason: 'as small as its use allows' }
  const why = `not tried: ${wouldFitMb} MB would hold what it uses, but gives ${Math.round((100 * wouldFitMb) / current.memoryMb)} % of the processor`
  return { ...base, wouldFitMb, reason: `${why}; run ${enough} at another size to know` }
}

function observed(seen: SizeUsage[], current: SizeUsage, rounding: Rounding) {
  const cost = (size: SizeUsage) => gbSecondsOf(size, rounding) / size.invocations
  const notSlower = seen.filter(
    ({ duration }) =>
      duration.p50Ms <= current.duration.p50Ms * slower && duration.p95Ms <= current.duration.p95Ms * slower,
  )
  const best = notSlower.reduce((least, size) => (cost(size) < cost(least) ? size : least), current)
  const names = seen.map(({ memoryMb }) => memoryMb).join(', ')
  const saved = Math.round(100 * (1 - cost(best) / cost(current)))
  const reason =
    best === current
      ? `cheapest of ${names} MB that is not slower`
      : `${saved} % fewer GB-s, not slower (${names} MB ran)`
  return { cheapestMb: best.memoryMb, reason }
}
