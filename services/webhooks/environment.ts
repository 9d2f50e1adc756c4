import * as z from 'zod/mini'
import { queueUrl, secretArn, text, whole } from '../shared/environment.ts'

export const webhooksEnvironment = z.object({
  DATABASE_URL_SECRET_ARN: secretArn,
  SIGNING_KEY_SECRET_ARN: secretArn,
  IDEMPOTENCY_TABLE: text('the table that remembers what was done'),
  QUEUE_URL: queueUrl,
  DEAD_LETTERS_URL: queueUrl,
  MAX_RECEIVES: whole(1, 1000, 'how often a message is tried'),
})
