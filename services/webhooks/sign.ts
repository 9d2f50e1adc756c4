import { createHmac } from 'node:crypto'

export interface Signed {
  'webhook-id': string
  /** Seconds since 1970. */
  'webhook-timestamp': string
  'webhook-signature': string
}

/** A key of the merchant's own, so that no merchant can sign in the name of the calls to another. */
export const merchantKey = (signingKey: string, merchant: string): Buffer =>
  createHmac('sha256', signingKey).update(`merchant:${merchant}`).digest()

/** The headers of a call as https://www.standardwebhooks.com describes them; a merchant needs no code of ours. */
export function sign(id: string, body: string, key: Buffer, at: Date): Signed {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
