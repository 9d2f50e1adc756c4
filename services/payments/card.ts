import { createHmac } from 'node:crypto'

/** What is kept of a card. */
export interface StoredCard {
  brand: string
  last4: string
  /** The same for the same card; says nothing about the number without the key. */
  token: string
}

/** A plain hash would be guessed: with the last four digits known, few numbers are left to try. */
export function storeCard(number: string, tokenKey: string): StoredCard {
  return {
    brand: brandOf(number),
    last4: number.slice(-4),
    token: `card_${createHmac('sha256', tokenKey).update(number).digest('base64url')}`,
  }
}

const brands: [RegExp, string][] = [
  [/^4/, 'visa'],
  [/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, 'mastercard'],
  [/^3[47]/, 'amex'],
  [/^(6011|64[4-9]|65)/, 'discover'],
  [/^35(2[89]|[3-8])/, 'jcb'],
]

function brandOf(number: string): string {
  return brands.find(([prefix]) => prefix.test(number))?.[1] ?? 'other'
}
