/** Milliseconds of the Unix epoch from the monotonic clock: comparable with other processes, never set back. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now()
}
