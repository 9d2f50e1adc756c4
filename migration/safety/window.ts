import type { Window } from './settings.ts'

/** Is a moment inside the window? By the wall clock of its time zone, over midnight too. */
export function insideWindow({ startsAt, hours, timezone }: Window, at: Date): boolean {
  const since = minutesOf(wallClock(at, timezone)) - minutesOf(startsAt)
  return (since + dayMinutes) % dayMinutes < hours * 60
}

/** The next moment at which the window is open, to the minute: now, when it is open. */
export function opensAt(window: Window, from: Date): Date {
  if (insideWindow(window, from)) return from
  // Minute by minute, because the day on which the clock is put back or forward has no formula.
  let at = new Date(Math.ceil(from.getTime() / minuteMs) * minuteMs)
  while (!insideWindow(window, at)) at = new Date(at.getTime() + minuteMs)
  return at
}

/** Why nothing may be switched now, and from when it may; undefined inside the window, or without one. */
export function windowProblem(window: Window | undefined, now = new Date()): string | undefined {
  if (!window || insideWindow(window, now)) return undefined
  const { startsAt, hours, timezone } = window
  const opens = opensAt(window, now)
  return `outside the migration window (${startsAt} for ${hours} h, ${timezone}): it opens at ${opens.toISOString().slice(0, 16)}Z, in ${inWords(opens.getTime() - now.getTime())}`
}

const minuteMs = 60_000
const dayMinutes = 24 * 60

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function wallClock(at: Date, timeZone: string): string {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return clock.format(at)
}

function inWords(ms: number): string {
  const minutes = Math.ceil(ms / minuteMs)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
