import { build, type Histogram } from 'hdr-histogram-js'
import type { SideMetrics } from '../../migration/front-door/front-door.ts'
import type { FrontDoorSide } from './splitter.ts'

const bucketMs = 100
const keptMs = 130_000
const seriesStepMs = 250
/** Latencies are counted in units of 10 µs, up to two minutes, to 1 %. */
const unitsPerMs = 100
const highestUnits = 120_000 * unitsPerMs

interface Bucket {
  index: number
  requests: number
  errors: number
  latency: Histogram
}

/** Requests sent to each side in `[tMs, tMs + 250)`; `tMs` in milliseconds of the Unix epoch. */
export interface SplitStep {
  tMs: number
  onPremises: number
  cloud: number
}

/** What the front door counts: the last 130 s in buckets of 100 ms, and the split since it started. */
export class Metrics {
  readonly #rings: Record<FrontDoorSide, (Bucket | undefined)[]> = { onPremises: [], cloud: [] }
  readonly #series: SplitStep[] = []

  /** A request was given to a side. */
  sent(side: FrontDoorSide, nowMs = Date.now()): void {
    const tMs = Math.floor(nowMs / seriesStepMs) * seriesStepMs
    let step = this.#series.at(-1)
    if (!step || step.tMs < tMs) {
      step = { tMs, onPremises: 0, cloud: 0 }
      this.#series.push(step)
    }
    step[side]++
  }

  /** A request has ended: answered, refused or broken off. */
  ended(side: FrontDoorSide, latencyMs: number, error: boolean, nowMs = Date.now()): void {
    const index = Math.floor(nowMs / bucketMs)
    const bucket = this.#bucket(side, index)
    bucket.requests++
    if (error) bucket.errors++
    bucket.latency.recordValue(Math.min(highestUnits, Math.round(latencyMs * unitsPerMs)))
  }

  /** Counts from the bucket that holds `sinceMs` until now; at most the last 130 s. */
  since(sinceMs: number, nowMs = Date.now()): Record<FrontDoorSide, SideMetrics> {
    return { onPremises: this.#sum('onPremises', sinceMs, nowMs), cloud: this.#sum('cloud', sinceMs, nowMs) }
  }

  series(): SplitStep[] {
    return this.#series
  }

  #bucket(side: FrontDoorSide, index: number): Bucket {
    const ring = this.#rings[side]
    const slot = index % (keptMs / bucketMs)
    const bucket = ring[slot]
    if (bucket?.index === index) return bucket
    const latency = bucket?.latency ?? newHistogram(16)
    latency.reset()
    const fresh = { index, requests: 0, errors: 0, latency }
    ring[slot] = fresh
    return fresh
  }

  #sum(side: FrontDoorSide, sinceMs: number, nowMs: number): SideMetrics {
    const first = Math.floor(Math.max(sinceMs, nowMs - keptMs + bucketMs) / bucketMs)
    const latency = newHistogram(32)
    let requests = 0
    let errors = 0
    for (const bucket of this.#rings[side]) {
      if (!bucket || bucket.index < first) continue
      requests += bucket.requests
      errors += bucket.errors
      latency.add(bucket.latency)
    }
    const percentile = (p: number) => (requests === 0 ? 0 : latency.getValueAtPercentile(p) / unitsPerMs)
    return { requests, errors, p50Ms: percentile(50), p99Ms: percentile(99) }
  }
}

function newHistogram(bitBucketSize: 16 | 32): Histogram {
  return build({
    bitBucketSize,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUnits,
    numberOfSignificantValueDigits: 2,
  })
}
