import type { LoggedRequest, RequestLog } from './request-log.ts'

/** What writes went through that were in flight during an interval, as their client saw it. */
export interface WritePause {
  /** The longest that any of them took, from when it was due to its answer. */
  writePauseMs: number
  /** How many they were. */
  requests: number
  /** From the first one's start to the last one's answer, milliseconds of the Unix epoch; absent when there was none. */
  span?: { fromMs: number; untilMs: number }
  /** Those that were answered otherwise than expected, or never. */
  failed: number
}

/** @param a, b the interval, both ends included, in milliseconds of the Unix epoch */
export function pauseBetween(log: RequestLog, a: number, b: number): WritePause {
  const during: LoggedRequest[] = []
  for (const request of log.since(a)) if (request.write && request.startMs <= b) during.push(request)
  return {
    writePauseMs: during.reduce((longest, { startMs, endMs }) => Math.max(longest, endMs - startMs), 0),
    requests: during.length,
    ...(during.length > 0 && {
      span: {
        fromMs: during.reduce((first, { startMs }) => Math.min(first, startMs), Number.POSITIVE_INFINITY),
        untilMs: during.reduce((last, { endMs }) => Math.max(last, endMs), 0),
      },
    }),
    failed: during.filter(({ ok }) => !ok).length,
  }
}
