import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { type Judgement, type JudgeOptions, judgeIn } from '../../../rehearsal/judge/judge.ts'
import type { Acknowledgement } from '../../../rehearsal/load/acknowledgement.ts'
import type { Counts, FailedRequest } from '../../../rehearsal/load/stats.ts'
import type { PostgresServer } from '../../../rehearsal/postgres/server.ts'
import { schemaSql } from '../../../services/payments/schema.ts'
import { testSandbox } from '../../postgres.ts'

/** Payments that the world begins with: all authorised, of ten the first four captured, the first two refunded. */
export const paymentCount = 60

/** A database that holds them, made through the API's own functions, and a session in it. */
export async function judgedDatabase(server: PostgresServer): Promise<pg.Client> {
  const admin = new pg.Client(server.url('postgres'))
  await admin.connect()
  await admin.query('create database judged')
  await admin.end()
  const client = new pg.Client(server.url('judged'))
  await client.connect()
  await client.query(schemaSql)
  await client.query(`
    do $$ declare i int; begin
      for i in 1..${paymentCount} loop
        perform authorise_payment('auth-' || i, '', 'shop-' || i % 3, 1000 + i, (array['EUR', 'USD', 'JPY'])[1 + i % 3],
          'visa', '4242', 'token');
        if i % 10 < 4 then perform capture_payment('capt-' || i, '', 'pay_' || i); end if;
        if i % 10 < 2 then perform refund_payment('refu-' || i, '', 'pay_' || i, case when i % 10 = 1 then 1000 + i else 400 end); end if;
      end loop;
    end $$;
    -- Sequences are not taken back with a transaction: room for what the tests put in.
    select setval('payment_numbers', 1000)`)
  return client
}

/** What a client was promised when that database was made. */
export function acknowledgements(): Acknowledgement[] {
  const all: Acknowledgement[] = []
  for (let i = 1; i <= paymentCount; i++) {
    const currency = ['EUR', 'USD', 'JPY'][i % 3] as string
    const add = (kind: Acknowledgement['kind'], key: string, amountMinor: number) =>
      all.push({
        seq: all.length,
        kind,
        key,
        paymentId: `pay_${i}`,
        amountMinor,
        currency,
        sentAtMs: 5000 + i,
        ackedAtMs: 5010 + i,
      })
    add('authorise', `auth-${i}`, 1000 + i)
    if (i % 7 === 0) add('authorise', `auth-${i}`, 1000 + i)
    if (i % 10 < 4) add('capture', `capt-${i}`, 1000 + i)
    if (i % 10 < 2) add('refund', `refu-${i}`, i % 10 === 1 ? 1000 + i : 400)
  }
  return all
}

export interface Case {
  /** What is done to the database behind the API's back. Triggers do not fire. */
  sql?: string
  /** The acknowledgement file; by default what was promised, in lines. */
  file?: string
  acks?: Acknowledgement[]
  failed?: FailedRequest[]
}

/** Judges what the case makes of the database, and takes it back. */
export async function judged(client: pg.Client, { sql, ...rest }: Case): Promise<Judgement> {
  await client.query('begin')
  try {
    if (sql) await client.query(`set local session_replication_role = replica; ${sql}`)
    return await judgeIn(client, evidence(rest))
  } finally {
    await client.query('rollback')
  }
}

export function evidence({
  file,
  acks = acknowledgements(),
  failed = [],
}: Omit<Case, 'sql'> = {}): JudgeOptions {
  const ackFile = join(mkdtempSync(join(testSandbox().dir, 'acks-')), 'acks.jsonl')
  writeFileSync(ackFile, file ?? acks.map((ack) => `${JSON.stringify(ack)}\n`).join(''))
  const none: Counts = { attempted: 0, acknowledged: 0, failed: 0 }
  const authorise = { ...none, attempted: paymentCount }
  return {
    ackFile,
    load: {
      requests: { authorise, capture: none, refund: none, read: none, duplicate: none },
      total: { attempted: acks.length, acknowledged: acks.length, failed: failed.length },
      failed,
    },
    startedAtMs: 1000,
  }
}
