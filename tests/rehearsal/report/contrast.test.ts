import test from 'ava'
import { STYLE } from '../../../rehearsal/report/style.ts'

/** Pairs of foreground and background, and the least contrast WCAG 2.2 AA asks of them. */
const TEXT = 4.5
const GRAPHIC = 3
const PAIRS: readonly [foreground: string, background: string, least: number][] = [
  ['ink', 'page', TEXT],
  ['ink', 'card', TEXT],
  ['ink', 'fail-tint', TEXT],
  ['muted', 'page', TEXT],
  ['muted', 'card', TEXT],
  ['muted', 'fail-tint', TEXT],
  ['pause', 'card', TEXT],
  ['on-verdict', 'pass', TEXT],
  ['on-verdict', 'fail', TEXT],
  ...['on-premises', 'cloud', 'p50', 'p99', 'max', 'bar', 'bad', 'fail', 'pause'].map(
    (name) => [name, 'card', GRAPHIC] as [string, string, number],
  ),
]

for (const theme of ['light', 'dark'] as const) {
  test(`every colour can be read on its background: ${theme}`, (t) => {
    const colours = palette(theme)
    for (const [foreground, background, least] of PAIRS) {
      const ratio = contrast(colours(foreground), colours(background))
      t.true(ratio >= least, `${foreground} on ${background}: ${ratio.toFixed(2)}, needs ${least}`)
    }
  })
}

function palette(theme: 'light' | 'dark'): (name: string) => string {
  const block = STYLE.split('{').find((part) => part.includes(`color-scheme:${theme};`))!
  return (name) => {
    const colour = new RegExp(`--${name}:(#[0-9a-f]+);`).exec(block)?.[1]
    if (colour === undefined) throw new Error(`no --${name} in the ${theme} theme`)
    return colour
  }
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light! + 0.05) / (dark! + 0.05)
}

function luminance(hex: string): number {
  const digits = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join('') : hex.slice(1)
  const [red, green, blue] = [0, 2, 4].map((at) => {
    const channel = Number.parseInt(digits.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
