import type { Random } from './random.ts'

/** The body of `POST /payments`. */
export interface Purchase {
  amountMinor: number
  currency: string
  card: string
  merchant: string
}

/** Numbers that card networks and processors publish for tests; no account is behind them. */
export const testCards = [
  '4242424242424242',
  '4111111111111111',
  '4012888888881881',
  '5555555555554444',
  '5105105105105100',
  '378282246310005',
  '6011111111111117',
]

const merchants = Array.from({ length: 8 }, (_, i) => `shop-${i + 1}`)
const currencies = ['EUR', 'EUR', 'USD', 'JPY']

/** Small amounts more often than large ones, from 0.50 to 5,000.00. */
export function purchase(random: Random): Purchase {
  return {
    amountMinor: Math.round(50 * 10_000 ** random.fraction()),
    currency: random.pick(currencies),
    card: random.pick(testCards),
    merchant: random.pick(merchants),
  }
}
