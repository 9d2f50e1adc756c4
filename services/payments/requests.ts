import { z } from 'zod'
import { isCardNumber } from '../logging/card-numbers.ts'

/** A request that cannot be understood; the message is for whoever wrote it. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
}

/** Far below 2^53, so that sums of amounts stay exact in JavaScript too. */
const largestAmountMinor = 999_999_999_999

const amountMinor = z
  .int(`must be a whole number of minor units from 1 to ${largestAmountMinor}`)
  .min(1, `must be a whole number of minor units from 1 to ${largestAmountMinor}`)
  .max(largestAmountMinor, `must be a whole number of minor units from 1 to ${largestAmountMinor}`)

const currencies = new Set(Intl.supportedValuesOf('currency'))

const authorisation = z.strictObject({
  amountMinor,
  currency: z
    .string('must be an ISO 4217 code such as EUR')
    .refine((code) => currencies.has(code), 'must be an ISO 4217 code such as EUR'),
  card: z
    .string('must be a card number as a string of digits')
    .refine(isCardNumber, 'must be a card number: 12 to 19 digits with a right check digit'),
  merchant: z
    .string('must be a string')
    .regex(/^[^\p{Cc}\p{Cs}]{1,64}$/u, 'must have 1 to 64 characters, none of them control characters'),
})

const refund = z.strictObject({ amountMinor })

const capture = z.strictObject({}).optional()

export type Authorisation = z.output<typeof authorisation>
export type Refund = z.output<typeof refund>

export const parseAuthorisation = (body: unknown): Authorisation => parse(authorisation, body)
export const parseRefund = (body: unknown): Refund => parse(refund, body)
export const parseCapture = (body: unknown): void => void parse(capture, body ?? undefined)

export function parseIdempotencyKey(header: string | string[] | undefined): string {
  if (header === undefined)
    throw new RequestError(
      'the header Idempotency-Key is missing: send one new key a payment, capture or refund',
    )
  if (typeof header !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(header)) {
    throw new RequestError(
      'the header Idempotency-Key must be given once, with 1 to 255 visible ASCII characters',
    )
  }
  return header
}

/** Values are never repeated in the message: one of them is a card number. */
function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  throw new RequestError([...new Set(result.error.issues.map(explain))].join('; '))
}

function explain(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown fields: ${issue.keys.join(', ')}`
  if (issue.path.length === 0) return 'the body must be a JSON object'
  return `${issue.path.join('.')}: ${issue.message}`
}
