/** Maps figures above 0 onto pixels, logarithmically, between the powers of ten around them. */
export interface LogScale {
  at(value: number): number
  ticks: number[]
}

export function logScale(values: readonly number[], [from, to]: readonly [number, number]): LogScale {
  const known = values.filter((value) => value > 0 && Number.isFinite(value))
  const low = Math.floor(Math.log10(Math.min(...known, 1e15)) + 1e-9)
  const high = Math.max(Math.ceil(Math.log10(Math.max(...known, 1e-15)) - 1e-9), low + 1)
  const ticks = Array.from({ length: Math.max(1, high - low + 1) }, (_, index) => 10 ** (low + index))
  const at = (value: number) => {
    const part = value > 0 ? (Math.log10(value) - low) / (high - low) : 0
    return from + Math.min(1, Math.max(0, part)) * (to - from)
  }
  return { at, ticks }
}

/** A tenth of a pixel is finer than any screen. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)
