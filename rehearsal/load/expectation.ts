import type { Reply } from './sender.ts'

/** A payment as the client knows it. */
export interface KnownPayment {
  id: string
  amountMinor: number
  currency: string
}

/** What an answer must say to count as an acknowledgement. */
export interface Expectation {
  status: 200 | 201
  /** The request may be the second under its key: then 200 and `idempotent-replayed` are as good. */
  mayReplay: boolean
  amountMinor: number
  currency: string
  /** Absent before the payment has an id. */
  id?: string
  /** Fields that must have exactly these values. */
  fields?: Record<string, string | number>
}

/** The payment that was acknowledged, or why the request counts as failed. */
export function check(expected: Expectation, reply: Reply): KnownPayment | string {
  if (reply.status === undefined) return reply.reason
  const replay = reply.status === 200 && reply.replayed
  const asExpected = replay ? expected.mayReplay : reply.status === expected.status && !reply.replayed
  if (!asExpected) return `answered ${reply.status}${reply.replayed ? ' (replayed)' : ''}${why(reply.body)}`
  const body = (typeof reply.body === 'object' ? reply.body : undefined) as
    | Record<string, unknown>
    | null
    | undefined
  if (typeof body?.id !== 'string') return `answered ${reply.status} without a payment`
  const { id, amountMinor, currency } = expected
  for (const [field, value] of Object.entries({
    ...(id && { id }),
    amountMinor,
    currency,
    ...expected.fields,
  })) {
    if (body[field] !== value)
      return `answered ${reply.status} with another ${field}: ${value} became ${body[field]}`
  }
  return { id: body.id, amountMinor, currency }
}

function why(body: unknown): string {
  const { error, reason } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const words = [error, reason].filter((word) => typeof word === 'string')
  return words.length > 0 ? `: ${words.join(', ')}` : ''
}
