import { z } from 'zod'
import { queueUrl, text, whole } from '../shared/environment.ts'

export const relayEnvironment = z.object({
  DATABASE_URL: text('postgres://user:password@host:port/database').regex(/^postgres(ql)?:\/\//),
  QUEUE_URL: queueUrl,
  DEAD_LETTERS_URL: queueUrl,
  AWS_REGION: text('the region of the queue'),
  ADMIN_PORT: whole(0, 65_535, 'the port of /readyz, on loopback').default(8081),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'debug, info, warn or error').default('info'),
})
