/** 17432 → `17,432` */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** Ten digits at most: 1204.5 → `1,204.5`, 12,345,678.9 → `12.35 M`. */
export function amount(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} G`
  if (value >= 1e7) return `${(value / 1e6).toFixed(2)} M`
  if (value >= 1000) return count(value)
  return value === 0 ? '0' : String(Number(value.toPrecision(4)))
}

/** Cents from a dollar on, below it two digits that say something. */
export function usd(value: number): string {
  if (value >= 1)
    return `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
  if (value === 0) return '$0'
  if (value < 1e-6) return `$${value.toExponential(1)}`
  const digits = Math.max(2, 1 - Math.floor(Math.log10(value)))
  return `$${value.toFixed(digits)}`
}

/** 0.42 → `0.42 ms`, 43.2 → `43.2 ms`, 1204 → `1.20 s`, 84200 → `84.2 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${ms < 9.995 ? ms.toFixed(2) : ms < 99.95 ? ms.toFixed(1) : ms.toFixed(0)} ms`
  return `${(ms / 1000).toFixed(ms < 9995 ? 2 : ms < 99_950 ? 1 : 0)} s`
}

/** Two digits below ten percent: one cold start in a thousand is not none. */
export const percent = (share: number): string =>
  `${share === 0 ? '0' : (100 * share).toFixed(share < 0.1 ? 2 : 1)} %`

/** Longer text ends in `…`. */
export const clip = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text

/** Control characters of a log must not reach a terminal. */
export const printable = (text: string): string => text.replace(/\t/g, ' ').replace(/\p{Cc}/gu, '\ufffd')
