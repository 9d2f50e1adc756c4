import type { Rounding } from './rounding.ts'

export interface Quantiles {
  p50Ms: number
  p95Ms: number
  p99Ms: number
  maxMs: number
}

/** One function at one memory size. */
export interface SizeUsage {
  memoryMb: number
  invocations: number
  /** Sums, one for each way of rounding. */
  billedMs: Record<Rounding, number>
  duration: Quantiles
  maxMemoryUsedMb: number
}

export interface FunctionUsage {
  name: string
  /** Ascending by memory. */
  sizes: SizeUsage[]
  duration: Quantiles
  /** Starts that made somebody wait: init, or with SnapStart restore. */
  coldStarts: number
  /** Undefined without cold starts. */
  init?: Quantiles
  timeouts: number
}

/** What was read, wherever from. */
export interface Usage {
  /** Such as `3 files` or `/aws/lambda/webhooks, last 7d`. */
  source: string
  functions: FunctionUsage[]
  lines: {
    read: number
    reports: number
    /** Lines of the functions themselves, START and END. */
    other: number
    /** Reports that are cut off or damaged; not in any figure. */
    unreadable: number
    firstUnreadable: { where: string; text: string }[]
    /** Billed by the 100 ms, as before December 2020. */
    ofOldBilling: number
  }
  /** What the lines cover; undefined when they do not tell. */
  periodMs?: number
  /** What somebody should know before they trust the figures. */
  notes: string[]
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

export const invocationsOf = ({ sizes }: FunctionUsage): number => sum(sizes.map((size) => size.invocations))

/** GB as AWS bills memory: 1024 MB. */
export const gbSecondsOf = ({ memoryMb, billedMs }: SizeUsage, rounding: Rounding): number =>
  ((memoryMb / 1024) * billedMs[rounding]) / 1000
