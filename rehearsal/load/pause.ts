import { percentile } from './percentile.ts'
import type { LoggedRequest, RequestLog } from './request-log.ts'

/** Writes that ended so long before the interval say what is normal. */
const normalWithinMs = 5000
const heldAtLeastMs = 20
const heldTimesNormal = 4

/** What writes went through during a switchover, as their client saw it. */
export interface WritePause {
  /** The longest that any write in flight during the interval took, from when it was due to its answer. */
  writePauseMs: number
  /** Writes in flight during the interval that took longer than `heldAboveMs`. */
  requestsHeld: number
  /** 20 ms, or four times the median just before the interval if that is more. */
  heldAboveMs: number
  /** From the first held write to the last one's answer, milliseconds of the Unix epoch; absent when none was. */
  held?: { fromMs: number; untilMs: number }
  /** Writes in flight during the interval that were answered otherwise than expected, or never. */
  failed: number
}

/** @param a, b the interval, both ends included, in milliseconds of the Unix epoch */
export function pauseBetween(log: RequestLog, a: number, b: number): WritePause {
  const before: number[] = []
  const during: LoggedRequest[] = []
  for (const request of log.since(a - normalWithinMs)) {
    if (!request.write) continue
    if (request.startMs <= b && request.endMs >= a) during.push(request)
    else if (request.ok && request.endMs < a) before.push(tookMs(request))
  }
  const normalMs =
    percentile(
      before.sort((x, y) => x - y),
      0.5,
    ) ?? 0
  const heldAboveMs = Math.max(heldAtLeastMs, heldTimesNormal * normalMs)
  const held = during.filter((request) => tookMs(request) > heldAboveMs)
  return {
    writePauseMs: during.reduce((longest, request) => Math.max(longest, tookMs(request)), 0),
    requestsHeld: held.length,
    heldAboveMs,
    ...(held.length > 0 && {
      held: {
        fromMs: held.reduce((first, { startMs }) => Math.min(first, startMs), Number.POSITIVE_INFINITY),
        untilMs: held.reduce((last, { endMs }) => Math.max(last, endMs), 0),
      },
    }),
    failed: during.filter(({ ok }) => !ok).length,
  }
}

function tookMs({ startMs, endMs }: LoggedRequest): number {
  return endMs - startMs
}
