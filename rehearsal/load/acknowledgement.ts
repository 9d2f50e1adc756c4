import { z } from 'zod'

export const acknowledgementSchema = z.object({
  /** The number of the request. */
  seq: z.int().min(0),
  kind: z.enum(['authorise', 'capture', 'refund']),
  /** The idempotency key it was sent with. */
  key: z.string().min(1),
  paymentId: z.string().min(1),
  /** Authorised, captured or refunded by this request. */
  amountMinor: z.int().positive(),
  currency: z.string().length(3),
  /** Milliseconds of the Unix epoch. */
  sentAtMs: z.number(),
  ackedAtMs: z.number(),
})

/** A write that the system has promised to keep: a line of the acknowledgement file. */
export type Acknowledgement = z.infer<typeof acknowledgementSchema>
