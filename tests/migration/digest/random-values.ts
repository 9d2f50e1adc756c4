/** Literals that are hard to compare, and others as close to them as can be. */
import type { Random } from './random.ts'

const letters = [
  'a',
  'A',
  'b',
  'Z',
  'é',
  'é',
  'ß',
  '🙂',
  ' ',
  '  ',
  ',',
  '"',
  "'",
  '\\',
  '(',
  ')',
  '{',
  '}',
  'NULL',
  '\n',
  '\t',
  '0',
]
export const text = (r: Random) => (r.chance(0.1) ? '' : r.list(0, 12, () => r.pick(letters)).join(''))
export const word = (r: Random) => r.list(1, 8, () => r.pick(['a', 'B', 'c', '1'])).join('')
export const int = (least: number, greatest: number) => (r: Random) =>
  `${r.pick([0, 1, least, greatest, r.int(least, greatest)])}`
export const bigint = (r: Random) =>
  r.pick([
    '0',
    '-1',
    '1',
    '4294967295',
    '4294967296',
    '9223372036854775807',
    '-9223372036854775808',
    `${r.int(-1e15, 1e15)}`,
  ])
export const decimal = (r: Random) => `${r.int(-99999, 99999)}.${r.list(1, 6, () => r.int(0, 9)).join('')}`
export const hex = (r: Random, bytes: number) =>
  Array.from({ length: bytes }, () => r.int(0, 255).toString(16).padStart(2, '0')).join('')
export const two = (n: number) => `${n}`.padStart(2, '0')
export const date = (r: Random) => `${r.int(1970, 2090)}-${two(r.int(1, 12))}-${two(r.int(1, 28))}`
export const clock = (r: Random) =>
  `${two(r.int(0, 23))}:${two(r.int(0, 59))}:${two(r.int(0, 59))}.${`${r.int(0, 999999)}`.padStart(6, '0')}`
export const zone = (r: Random) => r.pick(['+00', '-08', '+05:45', '+13'])
export const coordinate = (r: Random) => r.pick(['0', '1.5', '-2.25', '1e10', `${r.int(-99, 99)}.1`])
export const point = (r: Random) => `(${coordinate(r)},${coordinate(r)})`
export const moods = ['sad', 'ok', 'happy']
export const flipCase = (value: string) =>
  value.replace(/[a-zA-Z]/, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase()))
export const overlooked = (value: string, r: Random) =>
  r.pick([`${value} `, flipCase(value), value.normalize('NFD'), value.slice(1), ` ${value}`])
export const moreScale = (value: string) => (value.includes('.') ? `${value}0` : `${value}.0`)
export const flipBit = (value: string, r: Random) => {
  if (value.length < 4) return '\\x00'
  const bytes = Buffer.from(value.slice(2), 'hex')
  const at = r.int(0, bytes.length - 1)
  bytes[at] = bytes[at]! ^ (1 << r.int(0, 7))
  return `\\x${bytes.toString('hex')}`
}
export const foldedAlike = (value: string) =>
  `${BigInt.asIntN(64, ((BigInt(value) & 0xffffffffn) << 32n) | ((BigInt(value) >> 32n) & 0xffffffffn))}`
