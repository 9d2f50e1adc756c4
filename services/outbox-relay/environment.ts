import * as z from 'zod/mini'
import { queueUrl, text, whole } from '../shared/environment.ts'

const database = 'postgres://user:password@host:port/database'

export const relayEnvironment = z.object({
  DATABASE_URL: text(database).check(z.regex(/^postgres(ql)?:\/\//, database)),
  QUEUE_URL: queueUrl,
  DEAD_LETTERS_URL: queueUrl,
  AWS_REGION: text('the region of the queue'),
  ADMIN_PORT: z._default(whole(0, 65_535, 'the port of /readyz, on loopback'), 8081),
  LOG_LEVEL: z._default(z.enum(['debug', 'info', 'warn', 'error'], 'debug, info, warn or error'), 'info'),
})
