/** Counts what was read: progress, rate, and the brake that spares production. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Progress, type Side, tableName } from '../types.ts'
import type { Digest } from './buckets.ts'
import type { Chunk } from './chunks.ts'

const mebibyte = 1024 * 1024
const reportEveryMs = 250

export class Meter {
  rows = 0
  bytes = 0
  totalBytes = 0
  skippedRows = 0
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

  expect(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) this.totalBytes += chunk.bytes
  }

  /** Read by an earlier run: its rows count, its time does not. */
  skip(chunk: Chunk, read: Digest): void {
    this.totalBytes -= chunk.bytes
    if (chunk.side === 'source') for (const { rows } of read.values()) this.skippedRows += rows
  }

  did(chunk: Chunk, read: Digest): void {
    this.bytes += chunk.bytes
    this.#bytes[chunk.side] += chunk.bytes
    if (chunk.side === 'source') for (const { rows } of read.values()) this.rows += rows
    this.report('scan', tableName(chunk.table))
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
