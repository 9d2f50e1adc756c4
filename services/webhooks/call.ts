import type { Database } from '../payments/database.ts'
import type { PaymentEvent } from '../shared/event.ts'
import { merchantKey, sign } from './sign.ts'

/** The merchant did not take the call; the message says what happened instead. */
export class CallError extends Error {
  override readonly name = 'CallError'
}

export interface CallOptions {
  database: Pick<Database, 'run'>
  signingKey: string
}

/** A merchant that needs longer takes the call and works afterwards. */
const timeoutMs = 10_000

async function endpointOf(merchant: string, database: Pick<Database, 'run'>): Promise<string | undefined> {
  const [row] = await database.run<[string]>({
    text: 'select url from public.merchant_endpoints where merchant = $1',
    values: [merchant],
    writes: false,
  })
  return row?.[0]
}

/**
 * Tells the merchant of the event, signed. A merchant that wants no calls gets none. The same event has the same
 * `webhook-id` in every try, and events of a payment have ascending numbers, so that a merchant can drop what it has
 * and keep the newest.
 * @throws CallError
 */
export async function callMerchant(
  event: PaymentEvent,
  { database, signingKey }: CallOptions,
): Promise<{ called: boolean }> {
  const { merchant } = event.data
  const url = await endpointOf(merchant, database)
  if (url === undefined) return { called: false }
  const body = JSON.stringify(event)
  const headers = {
    'content-type': 'application/json',
    ...sign(event.id, body, merchantKey(signingKey, merchant), new Date()),
  }
  let response: Response
  try {
    const signal = AbortSignal.timeout(timeoutMs)
    response = await fetch(url, { method: 'POST', body, headers, redirect: 'manual', signal })
    await response.body?.cancel()
  } catch (error) {
    const { name, message, cause } = error as Error
    const why =
      name === 'TimeoutError'
        ? `no answer within ${timeoutMs / 1000} s`
        : ((cause as Error)?.message ?? message)
    throw new CallError(`${merchant} could not be called: ${why}`)
  }
  if (!response.ok) throw new CallError(`${merchant} answered ${response.status}`)
  return { called: true }
}
