import test from 'ava'
import { purchase, testCards } from '../../../rehearsal/load/purchase.ts'
import { type Random, randoms } from '../../../rehearsal/load/random.ts'

function luhn(number: string): boolean {
  const digits = [...number].reverse().map(Number)
  const sum = digits.reduce((total, digit, i) => {
    const doubled = digit * 2
    return total + (i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return sum % 10 === 0
}

test('cards are valid, amounts whole and positive, currencies and merchants several', (t) => {
  t.true(testCards.every(luhn))
  const random = randoms(1, 1)[0] as Random
  const made = Array.from({ length: 2000 }, () => purchase(random))
  for (const { amountMinor, card } of made) {
    t.true(Number.isInteger(amountMinor) && amountMinor >= 50 && amountMinor <= 500_000)
    t.true(testCards.includes(card))
  }
  t.deepEqual([...new Set(made.map(({ currency }) => currency))].sort(), ['EUR', 'JPY', 'USD'])
  t.is(new Set(made.map(({ merchant }) => merchant)).size, 8)
})
