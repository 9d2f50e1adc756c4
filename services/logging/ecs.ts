import * as z from 'zod/mini'
import { ecsVersion } from './line.ts'

const text = z.optional(z.string())
const word = z.string().check(z.minLength(1))
const mayWord = z.optional(word)
const open = z.optional(z.looseObject({}))

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
    level: z.string().check(z.regex(/^(trace|debug|info|warn|error|fatal)$/i)),
    logger: mayWord,
  }),
  service: z.strictObject({ name: word }),
  /** `id` makes a line that arrives twice one document. `duration` in ns. */
  event: z.optional(
    z.strictObject({
      id: mayWord,
      dataset: mayWord,
      action: mayWord,
      duration: z.optional(z.int()),
      original: text,
    }),
  ),
  /** What the lines of one request have in common: its x-request-id. */
  trace: z.optional(z.strictObject({ id: word })),
  error: z.optional(z.strictObject({ type: text, message: text, stack_trace: text })),
  http: z.optional(
    z.strictObject({
      request: z.optional(z.strictObject({ method: word })),
      response: z.optional(z.strictObject({ status_code: z.int() })),
    }),
  ),
  url: z.optional(z.strictObject({ path: z.string() })),
  process: z.optional(z.strictObject({ thread: z.optional(z.strictObject({ name: mayWord })) })),
  faas: open,
  cloud: open,
  host: open,
  container: open,
  aws: open,
  labels: z.optional(z.record(z.string(), z.string())),
  payments: open,
})
export type LogLine = z.output<typeof logLine>
