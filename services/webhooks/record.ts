import * as z from 'zod/mini'

/** A message as SQS gives it to a function, as far as it is read here. */
export const messageRecord = z.object({
  messageId: z.string(),
  receiptHandle: z.string(),
  body: z.string(),
  attributes: z.object({ ApproximateReceiveCount: z.string(), MessageGroupId: z.optional(z.string()) }),
})
export type MessageRecord = z.output<typeof messageRecord>
