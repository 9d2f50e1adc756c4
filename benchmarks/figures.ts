/** Figures of a benchmark against what they must reach. */
export interface Target {
  name: string
  value: number
  atLeast?: number
  atMost?: number
  /** Said aloud, never counted as reached. */
  skipped?: boolean
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** Prints a line a figure; true when all that were measured are reached. */
export function verdict(targets: readonly Target[]): boolean {
  let reached = true
  for (const { name, value, atLeast, atMost, skipped } of targets) {
    const ok = (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
    const bound = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
    const word = skipped ? 'SKIPPED' : ok ? 'reached' : 'MISSED '
    if (!skipped && !ok) reached = false
    process.stdout.write(`${word}  ${name}: ${skipped ? '-' : value.toFixed(1)} (${bound})\n`)
  }
  return reached
}
