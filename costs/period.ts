const units: Record<string, number> = { m: 60e3, h: 3600e3, d: 86400e3, w: 604800e3 }

/** `7d` → milliseconds; undefined when it is no such thing. */
export function parsePeriod(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? []
  const periodMs = Number(count) * (units[unit ?? ''] ?? Number.NaN)
  return periodMs > 0 ? periodMs : undefined
}
