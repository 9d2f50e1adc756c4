import * as z from 'zod/mini'
import { text, whole } from '../shared/environment.ts'

/** LOG_KEEP_ALIVE_SECONDS and LOG_BUFFERED_LINES are for senders that stay connected; this one sends and hangs up. */
export const logShipperEnvironment = z.object({
  LOG_HOST: text('the name of the log pipeline, which its certificate is for'),
  LOG_PORT: whole(1, 65_535, 'its port for JSON lines'),
})
