import pg from 'pg'
import type { LoadStats } from '../load/stats.ts'
import {
  FINDINGS_SHOWN,
  type Finding,
  type FindingKind,
  type Findings,
  type Payments,
  type Verdict,
} from '../report/data.ts'
import { loadAcked } from './acked-table.ts'
import { acknowledgedChecks, duplicateChecks } from './acknowledged-checks.ts'
import { readAcknowledgements } from './acknowledgements.ts'
import type { Check } from './check.ts'
import { findFailed } from './failed.ts'
import { ledgerChecks } from './ledger-checks.ts'
import { type ReusableSequence, reusableSequences } from './sequences.ts'
import { reasons } from './verdict.ts'

export interface JudgeOptions {
  ackFile: string
  /** What the load generator says after `stop`. */
  load: Pick<LoadStats, 'requests' | 'total' | 'failed'>
  /** Moments in the findings count from here, in milliseconds of the Unix epoch. */
  startedAtMs: number
}

export interface Judgement {
  verdict: Verdict
  /** A sentence each, naming payments; empty when the verdict is `pass`. */
  reasons: string[]
  payments: Payments
  /** Every posting and every currency sums to zero. */
  ledger: { balanced: boolean }
  findings: Findings
  /** Payments in the system of record that nobody acknowledged to this client; not an error. */
  unacknowledged: number
  /** Whole lines of the acknowledgement file. */
  acknowledgements: number
  /** The file ended in half a line. */
  torn: boolean
  sequences: ReusableSequence[]
  durationMs: number
}

/** Everything found, before it is cut for the report: payment → what is wrong with it. */
export type Found = Record<FindingKind, Map<string, string>>

/**
 * Compares what the client was promised with what the system of record holds. Nobody may write meanwhile.
 * @param options.url the system of record, as a role that may read every table and make a temporary one
 * @throws when the file or the database cannot be read: then there is no verdict
 */
export async function judge({ url, ...evidence }: JudgeOptions & { url: string }): Promise<Judgement> {
  const client = new pg.Client({ connectionString: url, application_name: 'judge' })
  // A connection that breaks fails the query that waits; pg emits it once more.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('begin isolation level repeatable read')
    return await judgeIn(client, evidence)
  } finally {
    await client.query('rollback').catch(() => {})
    await client.end()
  }
}

/** As {@link judge}, within a transaction that is open; it leaves a temporary table there. */
export async function judgeIn(client: pg.ClientBase, options: JudgeOptions): Promise<Judgement> {
  const began = performance.now()
  const { load } = options
  await client.query(
    `set local work_mem = '64MB'; set local jit = off; set local search_path = public, pg_temp`,
  )
  const reader = readAcknowledgements(options.ackFile)
  const acknowledgements = await loadAcked(client, reader.batches())
  const found = await findAll(client)
  found.failed = await findFailed(client, load.failed)
  const counts = await count(client)
  const sequences = await reusableSequences(client)
  const payments: Payments = {
    attempted: load.requests.authorise.attempted,
    acknowledged: counts.acknowledged,
    failed: load.total.failed,
    lost: found.lost.size,
    duplicated: found.duplicated.size,
    misposted: found.misposted.size,
  }
  const promised = load.total.acknowledged - load.requests.read.acknowledged
  const why = reasons({
    found,
    payments,
    acknowledgements,
    promised,
    sequences,
    unbalanced: counts.unbalanced,
  })
  return {
    verdict: why.length === 0 ? 'pass' : 'fail',
    reasons: why,
    payments,
    ledger: { balanced: counts.unbalanced.length === 0 },
    findings: await show(client, found, options),
    unacknowledged: counts.unacknowledged,
    acknowledgements,
    torn: reader.torn(),
    sequences,
    durationMs: performance.now() - began,
  }
}

async function findAll(client: pg.ClientBase): Promise<Found> {
  const found: Found = { lost: new Map(), duplicated: new Map(), misposted: new Map(), failed: new Map() }
  for (const { finds, sql } of [
    ...acknowledgedChecks,
    ...duplicateChecks,
    ...ledgerChecks,
  ] satisfies Check[]) {
    const { rows } = await client.query<{ payment_id: string; detail: string }>(sql)
    for (const { payment_id, detail } of rows) {
      const before = found[finds].get(payment_id)
      found[finds].set(payment_id, before ? `${before}; ${detail}` : detail)
    }
  }
  return found
}

interface Totals {
  acknowledged: number
  unacknowledged: number
  unbalanced: string[]
}

async function count(client: pg.ClientBase): Promise<Totals> {
  const { rows } = await client.query(`
    select
      (select count(distinct payment_id) from acked where kind = 'authorise')::int as acknowledged,
      (select count(*) from payments p
        where not exists (select from acked a where a.payment_id = p.id and a.kind = 'authorise'))::int as unacknowledged,
      array(
        select format('%s by %s', currency, sum(amount_minor)) from ledger_entries
        group by currency having sum(amount_minor) <> 0 order by currency
      ) || array(
        select format('posting %s of %s by %s %s', posting_id, min(payment_id), sum(amount_minor), currency)
        from ledger_entries group by posting_id, currency having sum(amount_minor) <> 0 order by posting_id limit 5
      ) as unbalanced`)
  return rows[0] as Totals
}

/** The first of each kind, with when the client sent them. */
async function show(
  client: pg.ClientBase,
  found: Found,
  { load, startedAtMs }: JudgeOptions,
): Promise<Findings> {
  const sent = new Map(load.failed.map(({ paymentId, key, atMs }) => [paymentId ?? key, atMs]))
  const shown = (kind: FindingKind) => [...found[kind]].slice(0, FINDINGS_SHOWN)
  const ids = (['lost', 'duplicated', 'misposted'] as const).flatMap((kind) => shown(kind).map(([id]) => id))
  const { rows } = await client.query<{ payment_id: string; at: number }>(
    'select payment_id, min(sent_at_ms) as at from acked where payment_id = any($1) group by payment_id',
    [ids],
  )
  for (const { payment_id, at } of rows) sent.set(payment_id, at)
  const finding = ([paymentId, detail]: [string, string]): Finding => {
    const at = sent.get(paymentId)
    return { paymentId, detail, ...(at !== undefined && { atMs: at - startedAtMs }) }
  }
  return {
    lost: shown('lost').map(finding),
    duplicated: shown('duplicated').map(finding),
    misposted: shown('misposted').map(finding),
    failed: shown('failed').map(finding),
  }
}
