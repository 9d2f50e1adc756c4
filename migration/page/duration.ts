const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 }

/** The first duration that a text names, milliseconds: «about 20 ms», «2 min a table». */
export function durationIn(text: string): number | undefined {
  const match = /(\d+(?:\.\d+)?)\s*(ms|s|min|h)\b/.exec(text)
  return match ? Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN) : undefined
}

/** `340 ms`, `1.2 s`, `4 min`, `2 h 5 min`. */
export function inWords(ms: number): string {
  if (ms < 1000) return `${ms.toFixed(0)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`
  const minutes = Math.round(ms / 60_000)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
