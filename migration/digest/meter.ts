/** Counts what was read: progress, rate, and the brake that spares production. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Digest } from './buckets.ts'
import { type Progress, type Side, tableName } from './types.ts'
import type { Unit } from './units.ts'

const mebibyte = 1024 * 1024
const reportEveryMs = 250

export class Meter {
  rows = 0
  bytes = 0
  totalBytes = 0
  readonly #startedAt = performance.now()
  readonly #bytes: Record<Side, number> = { source: 0, target: 0 }
  readonly #limit: number
  readonly #report: ((progress: Progress) => void) | undefined
  readonly #signal: AbortSignal
  #reportedAt = Number.NEGATIVE_INFINITY

  constructor(options: {
    maxMebibytesPerSecond: number | undefined
    onProgress: ((progress: Progress) => void) | undefined
    signal: AbortSignal
  }) {
    this.#limit = (options.maxMebibytesPerSecond ?? Number.POSITIVE_INFINITY) * mebibyte
    this.#report = options.onProgress
    this.#signal = options.signal
  }

  expect(units: readonly Unit[]): void {
    for (const unit of units) this.totalBytes += unit.bytes
  }

  did(unit: Unit, read: Digest): void {
    this.bytes += unit.bytes
    this.#bytes[unit.side] += unit.bytes
    if (unit.side === 'source') for (const { rows } of read.values()) this.rows += rows
    this.report('scan', tableName(unit.table))
  }

  /** Waits until the side's average rate is back under its limit. */
  async throttle(side: Side): Promise<void> {
    const dueMs = (this.#bytes[side] / this.#limit) * 1000 - this.elapsedMs
    if (dueMs > 0) await delay(dueMs, undefined, { signal: this.#signal })
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt
  }

  get rowsPerSecond(): number {
    return Math.round(this.rows / (this.elapsedMs / 1000))
  }

  report(phase: Progress['phase'], table: string, force = false): void {
    if (!this.#report || (!force && performance.now() - this.#reportedAt < reportEveryMs)) return
    this.#reportedAt = performance.now()
    const left = (this.totalBytes - this.bytes) * (this.elapsedMs / this.bytes / 1000)
    this.#report({
      phase,
      table,
      rows: this.rows,
      bytes: this.bytes,
      totalBytes: this.totalBytes,
      rowsPerSecond: this.rowsPerSecond,
      secondsLeft: Number.isFinite(left) ? left : undefined,
    })
  }
}
