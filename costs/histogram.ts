import { build, type Histogram } from 'hdr-histogram-js'
import type { Quantiles } from './usage.ts'

/** Counts times in steps of 10 µs, right to three digits, in memory that does not grow with their number. */
export class TimeHistogram {
  private readonly counts: Histogram = build({
    bitBucketSize: 32,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
  })
  private maxUs = 0

  get count(): number {
    return this.counts.totalCount
  }

  record(us: number): void {
    if (us > this.maxUs) this.maxUs = us
    // Durable functions may take longer than six hours; only their maximum is told apart.
    this.counts.recordValue(Math.min(Math.round(us / 10), 2 ** 31 - 1))
  }

  add(other: TimeHistogram): void {
    this.counts.add(other.counts)
    this.maxUs = Math.max(this.maxUs, other.maxUs)
  }

  quantiles(): Quantiles {
    const maxMs = this.maxUs / 1000
    const at = (percentile: number) => Math.min(this.counts.getValueAtPercentile(percentile) / 100, maxMs)
    return { p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs }
  }
}
