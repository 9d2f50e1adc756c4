import { type PaymentEvent, paymentEvent } from '../shared/event.ts'

/** A message that no try will make readable. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}

/** Values are not repeated in the message: nobody knows what is in them. */
export function readMessage(body: string): PaymentEvent {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    throw new UnreadableError('the message is no JSON')
  }
  const result = paymentEvent.safeParse(json)
  if (result.success) return result.data
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`)
  throw new UnreadableError(`the message is no payment event: ${problems.join('; ')}`)
}
