import { createHash, randomUUID } from 'node:crypto'
import { storeCard } from './card.ts'
import type { Database } from './database.ts'
import type { Authorisation, Refund } from './requests.ts'

/** What the database decided: an HTTP status, and the body as JSON text exactly as it keeps it. */
export interface Answer {
  status: number
  body: string
  /** An earlier request had used the key: this one wrote nothing. */
  replayed: boolean
}

/**
 * The acts on payments; each is one statement, see `schema.sql`. The UUID names the HTTP request through all its
 * tries, so that the client whose first try was committed unseen gets the answer of a first request. `traceId` is that of
 * its log lines: the event in the outbox keeps it, and whoever acts on the event logs under it.
 */
export class Payments {
  readonly #database: Database
  readonly #cardTokenKey: string

  constructor(database: Database, cardTokenKey: string) {
    this.#database = database
    this.#cardTokenKey = cardTokenKey
  }

  authorise(key: string, request: Authorisation, traceId: string): Promise<Answer> {
    const { merchant, amountMinor, currency } = request
    const card = storeCard(request.card, this.#cardTokenKey)
    const hash = hashOf('authorise', merchant, amountMinor, currency, card.token)
    return this.#write('select * from public.authorise_payment($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)', [
      key,
      hash,
      merchant,
      amountMinor,
      currency,
      card.brand,
      card.last4,
      card.token,
      randomUUID(),
      traceId,
    ])
  }

  capture(key: string, id: string, traceId: string): Promise<Answer> {
    return this.#write('select * from public.capture_payment($1, $2, $3, $4, $5)', [
      key,
      hashOf('capture', id),
      id,
      randomUUID(),
      traceId,
    ])
  }

  refund(key: string, id: string, { amountMinor }: Refund, traceId: string): Promise<Answer> {
    const hash = hashOf('refund', id, amountMinor)
    return this.#write('select * from public.refund_payment($1, $2, $3, $4, $5, $6)', [
      key,
      hash,
      id,
      amountMinor,
      randomUUID(),
      traceId,
    ])
  }

  /** The payment as JSON text. */
  async read(id: string): Promise<string | undefined> {
    const [row] = await this.#database.run<[string]>({
      text: 'select public.payment_json(p) from public.payments p where p.id = $1',
      values: [id],
      writes: false,
    })
    return row?.[0]
  }

  async #write(text: string, values: unknown[]): Promise<Answer> {
    const [row] = await this.#database.run<[number, boolean, string]>({ text, values, writes: true })
    const [status, replayed, body] = row!
    return { status, replayed, body }
  }
}

/** Tells one request from another under the same key; of the card it sees the token only. */
function hashOf(...parts: (string | number)[]): Buffer {
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}
