import type { Prices } from '../prices/list.ts'
import { decide } from './decide.ts'
import type { Place } from './options.ts'
import type { Workload } from './workload.ts'

export interface Change {
  /** Such as `from 45 requests a second`. */
  when: string
  place: Place
}

const scaled: {
  word: string
  unit: string
  least: number
  with(workload: Workload, factor: number): Workload
}[] = [
  {
    word: 'requestsPerSecond',
    unit: 'requests a second',
    least: 1e-6,
    with: (it, factor) => ({
      ...it,
      requestsPerSecond: it.requestsPerSecond * factor,
      ...(it.peakRequestsPerSecond && { peakRequestsPerSecond: it.peakRequestsPerSecond * factor }),
    }),
  },
  {
    word: 'durationMs',
    unit: 'ms a request',
    least: 1,
    // Given processor time stays: what grows is the wait.
    with: (it, factor) => ({ ...it, durationMs: it.durationMs * factor }),
  },
  {
    word: 'memoryMb',
    unit: 'MB',
    least: 1,
    with: (it, factor) => ({ ...it, memoryMb: it.memoryMb * factor }),
  },
]

const farthest = 100
const steps = 40

/** The nearest figures, up and down to a hundredfold, at which the answer is another; and the yes-or-no ones. */
export function whatChanges(workload: Workload, prices: Prices): Change[] {
  const { place } = decide(workload, prices)
  const changes: Change[] = []
  for (const { word, unit, least, with: apply } of scaled) {
    const now = workload[word as 'durationMs']!
    for (const direction of [1, -1]) {
      const answer = (factor: number) => placeOf(apply(workload, factor), prices)
      const factor = nearest(answer, place, direction)
      if (factor === undefined || now * factor < least) continue
      const figure = `${round(now * factor, direction)} ${unit}`
      changes.push({ when: direction === 1 ? `from ${figure}` : `below ${figure}`, place: answer(factor)! })
    }
  }
  for (const [key, when] of [
    ['longConnections', 'if clients stay connected'],
    ['hostAccess', 'if it needs the machine itself'],
  ] as const) {
    const other = placeOf({ ...workload, [key]: !workload[key] }, prices)
    if (other && other !== place)
      changes.push({ when: workload[key] ? when.replace('if', 'unless') : when, place: other })
  }
  return changes
}

/** Walks outward and halves the last step; the answer at the factor is another one. */
function nearest(
  answer: (factor: number) => Place | undefined,
  now: Place,
  direction: number,
): number | undefined {
  const factorAt = (step: number) => farthest ** ((direction * step) / steps)
  const isOther = (factor: number) => ![now, undefined].includes(answer(factor))
  for (let step = 1; step <= steps; step++) {
    if (!isOther(factorAt(step))) continue
    let [same, other] = [factorAt(step - 1), factorAt(step)]
    for (let i = 0; i < 20; i++) {
      const middle = Math.sqrt(same * other)
      if (isOther(middle)) other = middle
      else same = middle
    }
    return other
  }
  return undefined
}

function placeOf(workload: Workload, prices: Prices): Place | undefined {
  try {
    return decide(workload, prices).place
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Three digits, away from now, so that the figure told is one at which the answer holds. */
function round(value: number, direction: number): string {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2)
  const steps = direction === 1 ? Math.ceil(value / unit - 1e-6) : Math.floor(value / unit + 1e-6)
  return String(Number((steps * unit).toPrecision(3)))
}
