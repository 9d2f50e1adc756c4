import test from 'ava'
import fc from 'fast-check'
import { maskCards, maskedJson } from '../../../migration/digest/mask.ts'

// Numbers that the networks publish for tests.
const visa = '4242424242424242'
const mastercard = '5555555555554444'
const amex = '378282246310005'
const gaps = (card: string) => card.replace(/\d{4}(?=\d)/g, '$& ')

for (const [text, masked] of [
  [`card ${visa}`, 'card ************4242'],
  [gaps(visa), '************4242'],
  [gaps(visa).replaceAll(' ', '-'), '************4242'],
  [`paid with ${amex}.`, 'paid with ***********0005.'],
  [`${visa} 12/27`, '************4242 12/27'],
  [`${visa} 1227 123`, '************4242 1227 123'],
  [`2026-11-25 ${visa}`, '2026-11-25 ************4242'],
  [`${visa} ${mastercard}`, '************4242 ************4444'],
  [`${visa}-${amex}`, '************4242-***********0005'],
  [`000${visa}`, '000************4242'],
  [`${visa}1227`, '************42421227'],
] as const)
  test(`a card number is hidden whatever stands beside it: ${text}`, (t) => {
    t.is(maskCards(text), masked)
  })

test('of a card number among any other digits no more than the last four are to be read', (t) => {
  const beside = fc.stringMatching(/^[0-9 -]{0,24}$/)
  const cards = fc.constantFrom(...[visa, mastercard, amex].flatMap((card) => [card, gaps(card)]))
  fc.assert(
    fc.property(beside, cards, beside, (before, card, after) => {
      const shown = maskCards(`${before}${card}${after}`).replace(/[ -]/g, '')
      return !shown.includes(card.replaceAll(' ', '').slice(0, -4))
    }),
  )
  t.pass()
})

for (const text of [
  '2026-11-25 12:34:56',
  '4242424242424241',
  '1234567890123456789',
  '42 42',
  '+49 30 901820 17',
])
  test(`what is no card number stays: ${text}`, (t) => {
    t.is(maskCards(text), text)
  })

test('JSON stays JSON: numbers that are hidden, or that JavaScript would round, become texts', (t) => {
  const text = `{"id": ${visa}, "n": 12, "big": 9007199254740993, "rate": -1.5e3, "due": -${visa}.00, "ok": true,
    "card": "a \\"${visa}\\"", "${visa}": null, "more": [{"card": "${gaps(amex)}"}, "\\n${visa}"]}`
  t.deepEqual(JSON.parse(maskedJson(text)), {
    id: '************4242',
    n: 12,
    big: '9007199254740993',
    rate: -1500,
    due: '-************4242.00',
    ok: true,
    card: 'a "************4242"',
    '************4242': null,
    more: [{ card: `***********0005` }, '\n************4242'],
  })
})
