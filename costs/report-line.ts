/** One invocation as AWS reports it. */
export interface Report {
  /** Microseconds, an integer: sums of decimals would round up to the next millisecond. */
  durationUs: number
  billedMs: number
  memoryMb: number
  maxMemoryUsedMb: number
  /** Only after a cold start. */
  initUs?: number
  /** Only after a restore from a snapshot. */
  restoreUs?: number
  billedRestoreMs?: number
  timedOut: boolean
}

// Fields are parted by a tab; consoles and slides turn it to spaces, JSON text to \t.
const gap = String.raw`(?:\s|\\t)+`
const time = String.raw`(\d+(?:\.\d+)?) ms`
const head = new RegExp(
  `^REPORT RequestId: \\S+${gap}Duration: ${time}${gap}Billed Duration: ${time}${gap}` +
    `Memory Size: (\\d+) MB${gap}Max Memory Used: (\\d+) MB(?![\\w.])`,
)
const init = new RegExp(`Init Duration: ${time}`)
const restore = new RegExp(`(?<!Billed )Restore Duration: ${time}`)
const billedRestore = new RegExp(`Billed Restore Duration: ${time}`)
const timeout = /Status: timeout/

const microseconds = (ms: string | number): number => Math.round(Number(ms) * 1000)

/** A line of text from `REPORT` on; undefined when it is not whole. */
export function parseText(text: string): Report | undefined {
  const found = head.exec(text)
  if (!found) return undefined
  const [whole, duration, billed, memory, used] = found as unknown as [string, string, string, string, string]
  const report: Report = {
    durationUs: microseconds(duration),
    billedMs: Number(billed),
    memoryMb: Number(memory),
    maxMemoryUsedMb: Number(used),
    timedOut: false,
  }
  const rest = text.slice(whole.length)
  if (rest.length > 2) {
    const initMs = init.exec(rest)?.[1]
    const restoreMs = restore.exec(rest)?.[1]
    const billedRestoreMs = billedRestore.exec(rest)?.[1]
    if (initMs) report.initUs = microseconds(initMs)
    if (restoreMs) report.restoreUs = microseconds(restoreMs)
    if (billedRestoreMs) report.billedRestoreMs = Number(billedRestoreMs)
    report.timedOut = timeout.test(rest)
  }
  return plausible(report)
}

/** The `record` of a `platform.report` event; undefined when it is not whole. */
export function parseRecord(record: unknown): Report | undefined {
  if (typeof record !== 'object' || record === null) return undefined
  const { metrics, status } = record as { metrics?: Record<string, unknown>; status?: unknown }
  if (typeof metrics !== 'object' || metrics === null) return undefined
  const { durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB } = metrics
  if (![durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB].every(isAmount)) return undefined
  const report: Report = {
    durationUs: microseconds(durationMs as number),
    billedMs: billedDurationMs as number,
    memoryMb: memorySizeMB as number,
    maxMemoryUsedMb: maxMemoryUsedMB as number,
    timedOut: status === 'timeout',
  }
  const { initDurationMs, restoreDurationMs, billedRestoreDurationMs } = metrics
  if (isAmount(initDurationMs)) report.initUs = microseconds(initDurationMs)
  if (isAmount(restoreDurationMs)) report.restoreUs = microseconds(restoreDurationMs)
  if (isAmount(billedRestoreDurationMs)) report.billedRestoreMs = billedRestoreDurationMs
  return plausible(report)
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

/** Wider than anything AWS sells today; what is outside was damaged on the way. */
function plausible(report: Report): Report | undefined {
  const { durationUs, billedMs, memoryMb } = report
  const yearMs = 365 * 24 * 3600e3
  const memory = Number.isInteger(memoryMb) && memoryMb > 0 && memoryMb <= 65_536
  return memory && durationUs < yearMs * 1000 && billedMs < yearMs ? report : undefined
}
