import { z } from 'zod'

/** An event of the outbox as it lies in the queue: written by services/outbox-relay, read by services/webhooks. */
export const paymentEvent = z.object({
  /** `evt_` and the number in the outbox: the same however often it is delivered; later ones of a payment are greater. */
  id: z.string().regex(/^evt_[1-9]\d{0,18}$/),
  type: z.string().regex(/^payment\.[a-z_]+$/),
  /** ISO 8601. */
  createdAt: z.string(),
  /** `trace.id` of the log lines about the request that made it, which its caller knows as `x-request-id`. */
  traceId: z.string().optional(),
  /** The payment after the event. */
  data: z.looseObject({ id: z.string().min(1), merchant: z.string().min(1) }),
})
export type PaymentEvent = z.output<typeof paymentEvent>

/** Attribute of a message in a dead-letter queue: why it lies there. */
export const reasonAttribute = 'reason'
