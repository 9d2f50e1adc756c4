import * as z from 'zod/mini'

const text = () => z.string('must be text')
const filled = () => text().check(z.minLength(1, 'must not be empty'))
const like = (pattern: RegExp) => text().check(z.regex(pattern, `must be like ${pattern.source}`))

/** An event of the outbox as it lies in the queue: written by services/outbox-relay, read by services/webhooks. */
export const paymentEvent = z.object(
  {
    /** `evt_` and the number in the outbox: the same however often it is delivered; later ones of a payment are greater. */
    id: like(/^evt_[1-9]\d{0,18}$/),
    type: like(/^payment\.[a-z_]+$/),
    /** ISO 8601. */
    createdAt: text(),
    /** `trace.id` of the log lines about the request that made it, which its caller knows as `x-request-id`. */
    traceId: z.optional(text()),
    /** The payment after the event. */
    data: z.looseObject({ id: filled(), merchant: filled() }, 'must be the payment'),
  },
  'must be an object',
)
export type PaymentEvent = z.output<typeof paymentEvent>

/** Attribute of a message in a dead-letter queue: why it lies there. */
export const reasonAttribute = 'reason'
