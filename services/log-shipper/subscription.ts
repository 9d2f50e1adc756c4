import { gunzipSync } from 'node:zlib'
import * as z from 'zod/mini'

const logEvent = z.object({ id: z.string(), timestamp: z.number(), message: z.string() })

const batch = z.object({
  messageType: z.string(),
  owner: z.string(),
  logGroup: z.string(),
  logStream: z.string(),
  logEvents: z.array(logEvent),
})
export type LogBatch = z.output<typeof batch>
export type LogEvent = z.output<typeof logEvent>

/**
 * What CloudWatch Logs gives a function that subscribed: the batch as JSON, gzip and Base64. Zod mini, because
 * Powertools' own schemas bring all of Zod, a third of the time that this function takes to start.
 */
export const subscription = z.object({
  awslogs: z.object({ data: z.pipe(z.pipe(z.base64(), z.transform(unpack)), batch) }),
})

function unpack(data: string, { issues }: z.core.ParsePayload): unknown {
  try {
    return JSON.parse(gunzipSync(Buffer.from(data, 'base64')).toString('utf8'))
  } catch {
    issues.push({ code: 'custom', message: 'is no JSON in gzip', input: data })
    return z.NEVER
  }
}
