import type { ClientBase } from 'pg'

/** A sequence that would give out a number once more, and the payment that has it. */
export interface ReusableSequence {
  sequence: string
  next: number
  highest: number
  paymentId: string
}

const used = [
  {
    sequence: `'payment_numbers'`,
    table: 'payments',
    number: `substring(id from '^pay_([0-9]+)$')::bigint`,
    payment: 'id',
  },
  ...['postings', 'ledger_entries', 'outbox'].map((table) => ({
    sequence: `pg_get_serial_sequence('${table}', 'id')`,
    table,
    number: 'id',
    payment: 'payment_id',
  })),
]

/** Sequences that stand at or below the highest number in use. */
export async function reusableSequences(client: ClientBase): Promise<ReusableSequence[]> {
  const found: ReusableSequence[] = []
  for (const { sequence, table, number, payment } of used) {
    const { rows: names } = await client.query(`select ${sequence}::regclass::text as name`)
    const { name } = names[0] as { name: string }
    const { rows } = await client.query(`
      select next::float8, highest::float8, payment_id from
        (select last_value + case when is_called then 1 else 0 end as next from ${name}) s,
        (select ${number} as highest, ${payment} as payment_id from ${table}
          where ${number} is not null order by 1 desc limit 1) t
      where next <= highest`)
    for (const { next, highest, payment_id } of rows as {
      next: number
      highest: number
      payment_id: string
    }[])
      found.push({ sequence: name, next, highest, paymentId: payment_id })
  }
  return found
}
