import type { ClientBase } from 'pg'
import type { Acknowledgement } from '../load/acknowledgement.ts'

const columns = {
  seq: 'bigint',
  kind: 'text',
  key: 'text',
  payment_id: 'text',
  amount_minor: 'bigint',
  currency: 'text',
  sent_at_ms: 'double precision',
} as const

/** The acknowledgements as a table of the session, `acked`, gone at the end of the transaction. */
export async function loadAcked(
  client: ClientBase,
  batches: AsyncIterable<Acknowledgement[]>,
): Promise<number> {
  const definitions = Object.entries(columns).map(
    ([name, type]) => `${name} ${type}${type === 'text' ? ' collate "C"' : ''}`,
  )
  await client.query(`create temp table acked (${definitions}) on commit drop`)
  const arrays = Object.values(columns).map((type, i) => `$${i + 1}::${type}[]`)
  let count = 0
  for await (const batch of batches) {
    await client.query({
      name: 'load-acked',
      text: `insert into acked select * from unnest(${arrays})`,
      values: [
        batch.map(({ seq }) => seq),
        batch.map(({ kind }) => kind),
        batch.map(({ key }) => key),
        batch.map(({ paymentId }) => paymentId),
        batch.map(({ amountMinor }) => amountMinor),
        batch.map(({ currency }) => currency),
        batch.map(({ sentAtMs }) => sentAtMs),
      ],
    })
    count += batch.length
  }
  await client.query('create index on acked (payment_id)')
  await client.query('create index on acked (key)')
  await client.query('analyze acked')
  return count
}
