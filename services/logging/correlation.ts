import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export const correlationHeader = 'x-request-id'

const usable = /^[\w.:=-]{1,128}$/
/** A load balancer's own id: `Root=1-67891233-abcdef012345678912345678;Self=…`. */
const root = /(?:^|;)\s*Root=([\w-]{1,64})/

/**
 * `trace.id` of every line about a request: what the caller sent as x-request-id, else what the load balancer made of it,
 * else a new one. The answer carries it.
 */
export function correlationId(headers: IncomingHttpHeaders): string {
  const given = headers[correlationHeader]
  if (typeof given === 'string' && usable.test(given)) return given
  const balancer = headers['x-amzn-trace-id']
  const found = typeof balancer === 'string' ? root.exec(balancer)?.[1] : undefined
  return found ?? randomBytes(12).toString('base64url')
}
