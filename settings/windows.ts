/** Windows of a database in UTC: every day for backups, once a week for maintenance. */

const day = 24 * 60
const week = 7 * day
const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** The least that AWS takes, in minutes. */
const least = 30

/** In minutes from the start of the day or of Monday; `end` may lie past the end of the day or week. */
interface Window {
  start: number
  end: number
}

const clock = '([01]\\d|2[0-3]):([0-5]\\d)'
const daily = new RegExp(`^${clock}-${clock}$`)
const weekly = new RegExp(`^(${days.join('|')}):${clock}-(${days.join('|')}):${clock}$`)

const minutes = (hours = '', rest = '') => Number(hours) * 60 + Number(rest)

/** The end comes after the start, if need be in the next day or week. */
const windowOf = (start: number, end: number, round: number): Window | undefined => {
  const length = (end - start + round) % round
  return length < least ? undefined : { start, end: start + length }
}

/** `02:00-03:00`; undefined when it is none, or shorter than AWS takes. */
export function dailyWindow(text: string): Window | undefined {
  const [, hours, rest, endHours, endRest] = daily.exec(text) ?? []
  return hours === undefined ? undefined : windowOf(minutes(hours, rest), minutes(endHours, endRest), day)
}

/** `sun:03:00-sun:04:00`; undefined when it is none, or shorter than AWS takes. */
export function weeklyWindow(text: string): Window | undefined {
  const [, first = '', hours, rest, last = '', endHours, endRest] = weekly.exec(text) ?? []
  if (hours === undefined) return undefined
  const at = (name: string, minute: number) => days.indexOf(name) * day + minute
  return windowOf(at(first, minutes(hours, rest)), at(last, minutes(endHours, endRest)), week)
}

/** Do they meet on some day? One that ends where the other starts does not. */
export function windowsMeet(backup: Window, maintenance: Window): boolean {
  // From the day before the week to the day after it: both may reach past an end.
  const starts = Array.from({ length: 16 }, (_, index) => (index - 1) * day + backup.start)
  const length = backup.end - backup.start
  return starts.some((start) => start < maintenance.end && maintenance.start < start + length)
}
