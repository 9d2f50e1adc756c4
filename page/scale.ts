/** Maps figures onto pixels; figures outside the domain land on its edge. */
export interface Scale {
  at(value: number): number
  /** Where to draw grid lines, ascending, all inside the domain. */
  ticks: readonly number[]
}

export type Range = readonly [from: number, to: number]

/** A coordinate as SVG text: a tenth of a pixel is finer than any screen. */
export function px(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function scale(
  domain: Range,
  range: Range,
  ticks: readonly number[],
  warp: (value: number) => number,
): Scale {
  const low = warp(domain[0])
  const span = warp(domain[1]) - low || 1
  return {
    at(value) {
      const part = (warp(Math.min(Math.max(value, domain[0]), domain[1])) - low) / span
      return range[0] + part * (range[1] - range[0])
    },
    ticks: ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]),
  }
}

/** From 0 to the first tick at or above `max`, with about `wanted` ticks at 1, 2 or 5 times a power of ten. */
export function linearScale(max: number, range: Range, wanted = 4): Scale {
  const top = Number.isFinite(max) && max > 0 ? max : 1
  const step = niceStep(top / wanted)
  const steps = Math.ceil(top / step - 1e-9)
  const ticks = Array.from({ length: steps + 1 }, (_, index) => index * step)
  return scale([0, steps * step], range, ticks, (value) => value)
}

function niceStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 5, 10].find((candidate) => raw / power <= candidate + 1e-9) ?? 10
  return factor * power
}

/** Logarithmic between the powers of ten around `min` and `max`; a tick a decade. Both must be above 0. */
export function logScale(min: number, max: number, range: Range): Scale {
  const low = Math.floor(Math.log10(min) + 1e-9)
  const high = Math.max(Math.ceil(Math.log10(max) - 1e-9), low + 1)
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index))
  return scale([10 ** low, 10 ** high], range, ticks, Math.log10)
}

/** Logarithmic around those of the values that are above 0; one decade when none is. */
export function logScaleOf(values: readonly number[], range: Range): Scale {
  const known = values.filter((value) => value > 0 && Number.isFinite(value))
  return known.length === 0 ? logScale(1, 10, range) : logScale(Math.min(...known), Math.max(...known), range)
}

/** Linear up to about `knee`, logarithmic above it: shows both 0 and a peak a million times larger. */
export function symlogScale(max: number, knee: number, range: Range): Scale {
  const decades = Math.max(1, Math.ceil(Math.log10(Math.max(max, knee) / knee) - 1e-9))
  const ticks = [0, ...Array.from({ length: decades + 1 }, (_, index) => knee * 10 ** index)]
  return scale([0, knee * 10 ** decades], range, ticks, (value) => Math.log10(1 + value / knee))
}

const TIME_STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]

/** From 0 to `durationMs` exactly, with at most `most` ticks at round times. */
export function timeScale(durationMs: number, range: Range, most: number): Scale {
  const end = durationMs > 0 ? durationMs : 1
  const stepS = TIME_STEPS_S.find((step) => end / 1000 / step <= most) ?? Math.ceil(end / 1000 / most)
  const ticks = Array.from({ length: Math.floor(end / 1000 / stepS + 1e-9) + 1 }, (_, i) => i * stepS * 1000)
  return scale([0, end], range, ticks, (value) => value)
}
