/** The nearest-rank percentile, `p` in 0..1; undefined of nothing. */
export function percentile(sorted: ArrayLike<number>, p: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]
}
