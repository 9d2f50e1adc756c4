import fc from 'fast-check'
import { isCardNumber } from '../../../services/logging/card-numbers.ts'

/** Numbers with a right check digit, of every length. */
export const card = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 11, maxLength: 18 })
  .map((digits) => {
    const body = digits.join('')
    return body + [...'0123456789'].find((check) => isCardNumber(body + check))
  })
const separator = fc.constantFrom('', ' ', '-', '\u00a0', '\u2011', '  ')
/** A number as people write it, cut into groups of any length. */
export const written = fc
  .tuple(card, fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1 }), separator)
  .map(([digits, lengths, between]) => {
    const groups: string[] = []
    for (let at = 0, i = 0; at < digits.length; at += lengths[i++ % lengths.length]!)
      groups.push(digits.slice(at, at + lengths[i % lengths.length]!))
    return { digits, text: groups.join(between) }
  })
export const near = fc.constantFrom(
  '',
  ' ',
  '-',
  ' 12',
  '2027-03 ',
  'x',
  '"',
  '\\',
  '\n',
  '\u0001',
  '{"a":"',
  'é',
  '7 ',
)

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  card.map(Number),
  fc.tuple(near, written, near).map(([before, { text }, after]) => before + text + after),
)
/** Any JSON, with card numbers in it, in keys too. */
export const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(
      fc.oneof(
        fc.string(),
        written.map(({ text }) => text),
      ),
      tie('value'),
      { maxKeys: 3 },
    ),
  ),
})).value
