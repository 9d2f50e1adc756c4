import { build, type Histogram } from 'hdr-histogram-js'

/** `duplicate`: the second request under the key of an authorisation. */
export type RequestKind = 'authorise' | 'capture' | 'refund' | 'read' | 'duplicate'

export interface Counts {
  attempted: number
  /** Answered as expected; a write only once its acknowledgement is on disk. */
  acknowledged: number
  failed: number
}

export interface FailedRequest {
  seq: number
  kind: RequestKind
  /** Absent of reads. */
  key?: string
  /** Absent when nobody knows whether there is a payment. */
  paymentId?: string
  reason: string
  /** When it was due, milliseconds of the Unix epoch. */
  atMs: number
}

export interface LatencyMs {
  p50: number
  p90: number
  p99: number
  p999: number
  max: number
}

export interface LoadStats {
  /** Since the first arrival could come. */
  elapsedMs: number
  requests: Record<RequestKind, Counts>
  /** All kinds together. */
  total: Counts
  inFlight: number
  /** Captures, refunds and reads that were due before any payment could be captured, refunded or read. */
  skipped: number
  failures: { reason: string; count: number }[]
  /** The first of them. */
  failed: FailedRequest[]
  /** From when a request was due: what a customer waits, also for a system that lets nobody in. */
  latencyMs: LatencyMs
  /** From when it was sent. */
  serviceMs: LatencyMs
  /** How late requests were sent: a large value means that this machine could not keep up with its own load. */
  lateMs: LatencyMs
}

const failedShown = 50
const reasonsKept = 50
const unitsPerMs = 1000
const highestUnits = 600_000 * unitsPerMs

export class StatsCollector {
  readonly #requests: Record<RequestKind, Counts> = {
    authorise: counts(),
    capture: counts(),
    refund: counts(),
    read: counts(),
    duplicate: counts(),
  }
  readonly #reasons = new Map<string, number>()
  readonly #failed: FailedRequest[] = []
  readonly #latency = histogram()
  readonly #service = histogram()
  readonly #late = histogram()
  skipped = 0

  attempted(kind: RequestKind, lateMs: number): void {
    this.#requests[kind].attempted++
    record(this.#late, lateMs)
  }

  answered(latencyMs: number, serviceMs: number): void {
    record(this.#latency, latencyMs)
    record(this.#service, serviceMs)
  }

  acknowledged(kind: RequestKind): void {
    this.#requests[kind].acknowledged++
  }

  failed(request: FailedRequest): void {
    this.#requests[request.kind].failed++
    const known = this.#reasons.has(request.reason) || this.#reasons.size < reasonsKept
    const reason = known ? request.reason : 'other reasons'
    this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + 1)
    if (this.#failed.length < failedShown) this.#failed.push(request)
  }

  stats(elapsedMs: number, inFlight: number): LoadStats {
    const total = counts()
    for (const of of Object.values(this.#requests)) {
      total.attempted += of.attempted
      total.acknowledged += of.acknowledged
      total.failed += of.failed
    }
    return {
      elapsedMs,
      requests: this.#requests,
      total,
      inFlight,
      skipped: this.skipped,
      failures: [...this.#reasons]
        .map(([reason, count]) => ({ reason, count }))
        .sort((a, b) => b.count - a.count),
      failed: this.#failed,
      latencyMs: summary(this.#latency),
      serviceMs: summary(this.#service),
      lateMs: summary(this.#late),
    }
  }
}

function counts(): Counts {
  return { attempted: 0, acknowledged: 0, failed: 0 }
}

function histogram(): Histogram {
  return build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: highestUnits,
    numberOfSignificantValueDigits: 3,
  })
}

function record(into: Histogram, ms: number): void {
  into.recordValue(Math.min(highestUnits, Math.max(0, Math.round(ms * unitsPerMs))))
}

function summary(of: Histogram): LatencyMs {
  const at = (p: number) => (of.totalCount === 0 ? 0 : of.getValueAtPercentile(p) / unitsPerMs)
  return { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: at(100) }
}
