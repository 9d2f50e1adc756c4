const NBSP = '\u00a0'

/** 17432 → `17,432` */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Two digits at least: 43.24 → `43`, 1.204 → `1.2`, 1 → `1`. */
function digits(value: number): string {
  return String(Number(value.toFixed(value >= 9.95 ? 0 : 1)))
}

/** 0.42 → `0.4 ms`, 43.2 → `43 ms`, 1204 → `1.2 s`, 84200 → `84.2 s`, 125000 → `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${digits(ms)}${NBSP}ms`
  if (ms < 119_950) return `${Number((ms / 1000).toFixed(1))}${NBSP}s`
  const seconds = Math.round(ms / 1000)
  const rest = seconds % 60
  return `${count(Math.floor(seconds / 60))}${NBSP}min${rest === 0 ? '' : ` ${rest}${NBSP}s`}`
}

/** 61000 → `1:01` */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** 61037 → `1:01.037`, fine enough to tell before a pause from after it. */
export function moment(ms: number): string {
  return `${clock(ms)}.${String(Math.floor(ms) % 1000).padStart(3, '0')}`
}

/** Powers of a thousand: 1204 → `1.2 kB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? Math.round(size) : digits(size)}${NBSP}${units[unit]}`
}

/** 25 → `25 %`; a measured share with one decimal always, 5.02 → `5.0 %`, so that a column lines up. */
export function percent(value: number, decimals?: number): string {
  return `${decimals === undefined ? Number(value.toFixed(1)) : value.toFixed(decimals)}${NBSP}%`
}

/** `1 payment`, `2 payments` */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${Math.round(value) === 1 ? '' : 's'}`
}

/** Requests of a shift step that went to the cloud, in percent; undefined when there were none. */
export function cloudShare(requests: { onPremises: number; cloud: number }): number | undefined {
  const total = requests.onPremises + requests.cloud
  return total === 0 ? undefined : (100 * requests.cloud) / total
}

/** The largest, or `least` when there is none: spread arguments overflow the stack on long runs. */
export function largest(values: Iterable<number>, least = 0): number {
  let result = least
  for (const value of values) if (value > result) result = value
  return result
}
