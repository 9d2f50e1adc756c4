import { z } from 'zod'

/** What the load generator is started with. */
export const loadOptionsSchema = z.strictObject({
  /** Where requests go, e.g. the front door: `http://127.0.0.1:8080`. */
  baseUrl: z.url({ protocol: /^http$/, error: 'must be a base URL, e.g. http://127.0.0.1:8080' }),
  /** Authorisations a second; captures, refunds, reads and duplicates come on top. */
  rate: z.number().positive().max(10_000),
  /** The same seed gives the same arrivals and the same payments. */
  seed: z.int32(),
  /** Where acknowledgements go; must not exist yet. */
  ackFile: z.string().min(1),
  arrivals: z.enum(['poisson', 'even']).default('poisson'),
  /** A request without an answer after so long has failed. */
  timeoutMs: z.int().positive().default(15_000),
  /** Connections at most; above it requests wait for one, and the wait counts. */
  maxSockets: z.int().positive().default(2000),
})

export type LoadOptions = z.input<typeof loadOptionsSchema>
export type LoadSettings = z.output<typeof loadOptionsSchema>
