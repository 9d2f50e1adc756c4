import { percentile } from './percentile.ts'
import type { LoggedRequest } from './request-log.ts'

export const seriesStepMs = 250

/** What happened in `[tMs, tMs + 250)`; `tMs` in milliseconds of the Unix epoch. */
export interface LoadStep {
  tMs: number
  /** Requests that were due. */
  arrivals: number
  /** Requests answered, by who says to have answered. */
  onPremises: number
  cloud: number
  /** Requests that failed. */
  failures: number
  /** Requests due and not ended at the end of the step. */
  inFlight: number
  /** Of the requests that were due in this step, from when they were due; absent when there was none. */
  latency?: { p50Ms: number; p99Ms: number; maxMs: number }
}

interface Open {
  step: LoadStep
  ended: number
  latencies: number[]
}

/** Steps without a gap from the first request to the last that ended. */
export function series(log: Iterable<LoggedRequest>): LoadStep[] {
  const open = new Map<number, Open>()
  const at = (ms: number): Open => {
    const tMs = Math.floor(ms / seriesStepMs) * seriesStepMs
    let found = open.get(tMs)
    if (!found) {
      const step = { tMs, arrivals: 0, onPremises: 0, cloud: 0, failures: 0, inFlight: 0 }
      found = { step, ended: 0, latencies: [] }
      open.set(tMs, found)
    }
    return found
  }
  for (const { startMs, endMs, ok, side } of log) {
    const start = at(startMs)
    start.step.arrivals++
    start.latencies.push(endMs - startMs)
    const end = at(endMs)
    end.ended++
    if (side) end.step[side === 'cloud' ? 'cloud' : 'onPremises']++
    if (!ok) end.step.failures++
  }
  if (open.size === 0) return []

  const moments = [...open.keys()].sort((x, y) => x - y)
  const steps: LoadStep[] = []
  let inFlight = 0
  for (let tMs = moments[0] as number; tMs <= (moments.at(-1) as number); tMs += seriesStepMs) {
    const { step, ended, latencies } = at(tMs)
    inFlight += step.arrivals - ended
    step.inFlight = inFlight
    const latency = summary(latencies)
    steps.push(latency ? { ...step, latency } : step)
  }
  return steps
}

function summary(latencies: number[]): LoadStep['latency'] {
  const sorted = Float64Array.from(latencies).sort()
  const maxMs = sorted.at(-1)
  if (maxMs === undefined) return undefined
  return { p50Ms: percentile(sorted, 0.5) as number, p99Ms: percentile(sorted, 0.99) as number, maxMs }
}
