import { type Entry, functionName, readLine } from './entry.ts'
import { TimeHistogram } from './histogram.ts'
import { eachLine } from './lines.ts'
import type { Source } from './open.ts'
import type { Report } from './report-line.ts'
import { billedMs, isOfOldBilling, type Rounding, roundings } from './rounding.ts'
import type { FunctionUsage, SizeUsage, Usage } from './usage.ts'

const shown = 5
/** Functions times memory sizes told apart; at about 70 kB each this bounds the memory. Sizes of the rest stay apart, for the bill. */
const mostGroups = 800
const more = '(more functions)'

class SizeTally {
  invocations = 0
  readonly billedMs: Record<Rounding, number> = { billed: 0, '1ms': 0, '100ms': 0 }
  readonly duration = new TimeHistogram()
  maxMemoryUsedMb = 0

  add(report: Report): void {
    this.invocations += 1
    for (const rounding of roundings) this.billedMs[rounding] += billedMs(report, rounding)
    this.duration.record(report.durationUs)
    if (report.maxMemoryUsedMb > this.maxMemoryUsedMb) this.maxMemoryUsedMb = report.maxMemoryUsedMb
  }
}

interface FunctionTally {
  sizes: Map<number, SizeTally>
  init?: TimeHistogram
  /** A time-out is told by the report, by a line of its own, or by both. */
  timeoutReports: number
  timeoutLines: number
}

/** Adds up lines, one pass, in memory that does not grow with them. */
export class Tally {
  private readonly functions = new Map<string, FunctionTally>()
  private readonly names = new Map<string, string>()
  private groups = 0
  private firstMs = Number.POSITIVE_INFINITY
  private lastMs = Number.NEGATIVE_INFINITY
  private readonly lines: Usage['lines'] = {
    read: 0,
    reports: 0,
    other: 0,
    unreadable: 0,
    firstUnreadable: [],
    ofOldBilling: 0,
  }

  async read({ name, functionName: fallback, chunks }: Source): Promise<void> {
    let number = 0
    await eachLine(
      chunks,
      (line) => {
        number += 1
        this.line(line, fallback, () => `${name}:${number}`)
      },
      (head) => {
        number += 1
        this.lines.read += 1
        this.unreadable(`${name}:${number}`, `longer than any line of a log: ${head}`)
      },
    )
  }

  line(line: string, fallback: string, where: () => string): void {
    this.lines.read += 1
    for (const entry of readLine(line)) this.entry(entry, line, fallback, where)
  }

  private entry(entry: Entry, line: string, fallback: string, where: () => string): void {
    if (entry.kind === 'unreadable') this.unreadable(where(), line)
    else if (entry.kind === 'other') this.lines.other += 1
    else {
      const name = entry.logGroup === undefined ? fallback : this.nameOf(entry.logGroup)
      if (entry.kind === 'report') this.report(name, entry.report, entry.atMs)
      else {
        this.lines.other += 1
        this.tallyOf(name).timeoutLines += 1
      }
    }
  }

  private report(name: string, report: Report, atMs: number | undefined): void {
    const tally = this.tallyOf(name)
    let size = tally.sizes.get(report.memoryMb)
    if (!size) {
      if (this.groups >= mostGroups && name !== more) {
        this.report(more, report, atMs)
        return
      }
      this.groups += 1
      size = new SizeTally()
      tally.sizes.set(report.memoryMb, size)
    }
    size.add(report)
    this.lines.reports += 1
    if (isOfOldBilling(report)) this.lines.ofOldBilling += 1
    if (report.timedOut) tally.timeoutReports += 1
    const coldUs = report.initUs ?? report.restoreUs
    if (coldUs !== undefined) {
      tally.init ??= new TimeHistogram()
      tally.init.record(coldUs)
    }
    if (atMs !== undefined) {
      if (atMs < this.firstMs) this.firstMs = atMs
      if (atMs > this.lastMs) this.lastMs = atMs
    }
  }

  private tallyOf(name: string): FunctionTally {
    let tally = this.functions.get(name)
    if (!tally) {
      if (this.functions.size >= mostGroups && name !== more) return this.tallyOf(more)
      tally = { sizes: new Map(), timeoutReports: 0, timeoutLines: 0 }
      this.functions.set(name, tally)
    }
    return tally
  }

  private nameOf(logGroup: string): string {
    let name = this.names.get(logGroup)
    if (name === undefined) {
      name = functionName(logGroup)
      if (this.names.size < 10 * mostGroups) this.names.set(logGroup, name)
    }
    return name
  }

  private unreadable(where: string, text: string): void {
    this.lines.unreadable += 1
    if (this.lines.firstUnreadable.length < shown)
      this.lines.firstUnreadable.push({ where, text: text.slice(0, 200) })
  }

  usage(source: string): Usage {
    const functions = [...this.functions]
      .filter(([, { sizes }]) => sizes.size > 0)
      .map(([name, tally]) => functionUsage(name, tally))
    const spanMs = this.lastMs - this.firstMs
    const notes = this.functions.has(more)
      ? [`more than ${mostGroups} functions and memory sizes; those that came later are one, «${more}»`]
      : []
    return {
      source,
      functions,
      lines: this.lines,
      ...(Number.isFinite(spanMs) && spanMs > 0 && { periodMs: spanMs }),
      notes,
    }
  }
}

function functionUsage(name: string, tally: FunctionTally): FunctionUsage {
  const all = new TimeHistogram()
  const sizes = [...tally.sizes]
    .sort(([a], [b]) => a - b)
    .map(([memoryMb, { invocations, billedMs, duration, maxMemoryUsedMb }]): SizeUsage => {
      all.add(duration)
      return { memoryMb, invocations, billedMs, duration: duration.quantiles(), maxMemoryUsedMb }
    })
  return {
    name,
    sizes,
    duration: all.quantiles(),
    coldStarts: tally.init?.count ?? 0,
    ...(tally.init && { init: tally.init.quantiles() }),
    timeouts: Math.max(tally.timeoutReports, tally.timeoutLines),
  }
}
