import type { ClientBase } from 'pg'
import type { FailedRequest } from '../load/stats.ts'

/**
 * Failed requests by payment. The payment of a failed authorisation is looked for by its key: it may be there all
 * the same, which is not an error of the system; where it is not, the key stands for it.
 */
export async function findFailed(client: ClientBase, failed: FailedRequest[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ key: string; id: string }>(
    'select idempotency_key as key, id from payments where idempotency_key = any($1)',
    [failed.flatMap(({ key }) => key ?? [])],
  )
  const ids = new Map(rows.map(({ key, id }) => [key, id]))
  const found = new Map<string, string>()
  for (const { seq, kind, key, paymentId, reason } of failed) {
    const there = key === undefined ? undefined : ids.get(key)
    const name = paymentId ?? there ?? key ?? `request ${seq}`
    const detail = `${kind}${key ? ` under key ${key}` : ''}: ${reason}${there ? `; ${there} is there all the same` : ''}`
    const before = found.get(name)
    found.set(name, before ? `${before}; ${detail}` : detail)
  }
  return found
}
