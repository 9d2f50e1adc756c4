import type { Report } from './report-line.ts'

/**
 * How billed time is had: `billed` as the lines say · `1ms` today's rule, whatever the line says ·
 * `100ms` the rule until December 2020, init free.
 */
export const roundings = ['billed', '1ms', '100ms'] as const
export type Rounding = (typeof roundings)[number]

/**
 * Billed time of an invocation in ms. Since 2025-08 Billed Duration holds init (ceil of duration + init) and, with
 * SnapStart, Billed Restore Duration; so `billed` adds neither.
 */
export function billedMs(report: Report, rounding: Rounding): number {
  if (rounding === 'billed') return report.billedMs
  const { durationUs, initUs = 0, billedRestoreMs = 0 } = report
  if (rounding === '100ms') return Math.max(1, Math.ceil(durationUs / 100_000)) * 100
  return Math.max(1, Math.ceil((durationUs + initUs) / 1000)) + billedRestoreMs
}

/** Whether the line was billed by the 100 ms, as before December 2020. */
export const isOfOldBilling = (report: Report): boolean =>
  report.billedMs === billedMs(report, '100ms') && report.billedMs > billedMs(report, '1ms')
