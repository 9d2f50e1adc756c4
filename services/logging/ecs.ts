import { z } from 'zod'
import { ecsVersion } from './line.ts'

const word = z.string().min(1)
const open = z.looseObject({})

/**
 * A log line, whichever way it takes: the Elastic Common Schema, of which it uses these fields. What belongs to payments
 * alone goes below `payments`; nothing else may be added, because search knows these and no more
 * (logstash/template.json).
 */
export const logLine = z.strictObject({
  '@timestamp': z.iso.datetime(),
  ecs: z.strictObject({ version: z.literal(ecsVersion) }),
  message: z.string(),
  /** Java writes the level in capitals; Logstash lowers it. */
  log: z.strictObject({
    level: z.string().regex(/^(trace|debug|info|warn|error|fatal)$/i),
    logger: word.optional(),
  }),
  service: z.strictObject({ name: word }),
  /** `id` makes a line that arrives twice one document. `duration` in ns. */
  event: z
    .strictObject({
      id: word.optional(),
      dataset: word.optional(),
      action: word.optional(),
      duration: z.int().optional(),
      original: z.string().optional(),
    })
    .optional(),
  /** What the lines of one request have in common: its x-request-id. */
  trace: z.strictObject({ id: word }).optional(),
  error: z
    .strictObject({
      type: z.string().optional(),
      message: z.string().optional(),
      stack_trace: z.string().optional(),
    })
    .optional(),
  http: z
    .strictObject({
      request: z.strictObject({ method: word }).optional(),
      response: z.strictObject({ status_code: z.int() }).optional(),
    })
    .optional(),
  url: z.strictObject({ path: z.string() }).optional(),
  process: z.strictObject({ thread: z.strictObject({ name: word }).optional() }).optional(),
  faas: open.optional(),
  cloud: open.optional(),
  host: open.optional(),
  container: open.optional(),
  aws: open.optional(),
  labels: z.record(z.string(), z.string()).optional(),
  payments: open.optional(),
})
export type LogLine = z.output<typeof logLine>
