import { readLine } from '../../costs/entry.ts'
import type { Report } from '../../costs/report-line.ts'
import { Tally } from '../../costs/tally.ts'
import type { Usage } from '../../costs/usage.ts'

/** The line of the talk, OSCON 2018. */
export const talk =
  'REPORT RequestId: 6f0b1bd4-8a54-11e8-9a94-bf9c1a2f1c11 Duration: 646.26 ms Billed Duration: 700 ms Memory Size: 128 MB Max Memory Used: 31 MB'

export interface Figures {
  ms: number
  billedMs: number
  memoryMb?: number
  usedMb?: number
  initMs?: number
  restoreMs?: number
  billedRestoreMs?: number
  timedOut?: boolean
}

const requestId = '8f507cfc-a1b2-4c3d-9e4f-123456789abc'

export const textLine = (it: Figures): string =>
  [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${it.ms.toFixed(2)} ms`,
    `Billed Duration: ${it.billedMs} ms`,
    `Memory Size: ${it.memoryMb ?? 512} MB`,
    `Max Memory Used: ${it.usedMb ?? 90} MB`,
    ...(it.initMs === undefined ? [] : [`Init Duration: ${it.initMs.toFixed(2)} ms`]),
    ...(it.restoreMs === undefined ? [] : [`Restore Duration: ${it.restoreMs.toFixed(2)} ms`]),
    ...(it.billedRestoreMs === undefined ? [] : [`Billed Restore Duration: ${it.billedRestoreMs} ms`]),
    ...(it.timedOut ? ['Status: timeout'] : []),
    '',
  ].join('\t')

export const jsonLine = (it: Figures, time = '2026-03-01T00:00:00.000Z'): string =>
  JSON.stringify({
    time,
    type: 'platform.report',
    record: {
      requestId,
      metrics: {
        durationMs: it.ms,
        billedDurationMs: it.billedMs,
        memorySizeMB: it.memoryMb ?? 512,
        maxMemoryUsedMB: it.usedMb ?? 90,
        ...(it.initMs !== undefined && { initDurationMs: it.initMs }),
        ...(it.restoreMs !== undefined && { restoreDurationMs: it.restoreMs }),
        ...(it.billedRestoreMs !== undefined && { billedRestoreDurationMs: it.billedRestoreMs }),
      },
      status: it.timedOut ? 'timeout' : 'success',
    },
  })

export function reportOf(line: string): Report {
  const [entry] = readLine(line)
  if (entry?.kind !== 'report') throw new Error(`no report: ${line}`)
  return entry.report
}

export function tally(lines: readonly string[], name = 'webhooks'): Usage {
  const it = new Tally()
  lines.forEach((line, index) => {
    it.line(line, name, () => `${name}:${index + 1}`)
  })
  return it.usage(name)
}
