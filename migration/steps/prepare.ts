import { setTimeout as delay } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import { freezeDdl, removeDdlFreeze } from '../ddl-freeze.ts'
import { becomeHolder } from '../postgres/session.ts'
import { isLinked, runChecks } from '../preflight/run.ts'
import { ensurePublication } from '../publication.ts'
import {
  advanceSlot,
  createSlot,
  dropSlot,
  dropSubscription,
  lagBytes,
  setSynchronousCommit,
  subscribe,
} from '../replication.ts'
import { readSchema } from '../schema/fingerprint.ts'
import { nextEpoch, planSwitchover } from '../switchover/plan.ts'
import { systemOfRecord } from '../switchover/record.ts'
import { demandFit } from './fit.ts'
import { demand, type Step, type StepContext } from './step.ts'
import { planOf } from './switchover-run.ts'
import { lookAtTraffic } from './traffic.ts'
import { demandNoWraparound } from './vacuums.ts'

/**
 * Nothing stands in the way; in cutover and rollback it then takes the advisory lock on both databases. As a
 * `survey` it may be asked for at any time, also before the databases are linked, and only looks.
 */
export const preflight: Step<[purpose?: 'survey']> = {
  name: 'preflight',
  summary: 'Check everything that a switchover needs',
  expectedMs: 1500,
  async check(context, purpose) {
    const { lift, switchover: run } = context
    const linked = await isLinked(context)
    demand(
      linked || purpose === 'survey',
      'the two databases are not linked yet: run the replicate runbook first',
    )
    const from = purpose === 'survey' && linked ? await systemOfRecord(lift) : run.from
    await demandFit(context, await runChecks(context, from, linked))
    if (purpose === 'survey') return
    if (run.from === 'source') await lookAtTraffic(context)
    run.plan = await planSwitchover(lift, run.from, await nextEpoch(lift))
  },
  async act({ lift }, purpose) {
    if (purpose === 'survey') return
    await becomeHolder(lift.source.client, 'source')
    await becomeHolder(lift.target.client, 'target')
  },
}

export const freezeSchema: Step = {
  name: 'freeze-ddl',
  summary: 'Refuse changes of the schema until the switchover is over',
  expectedMs: 100,
  async act({ switchover, say }) {
    const { client } = planOf(switchover).from
    if (await freezeDdl(client)) return
    switchover.schema = await readSchema(client)
    say('this role may not make event triggers: the schema is compared after the fence instead')
  },
  async undo({ switchover }) {
    await removeDdlFreeze(planOf(switchover).from.client)
  },
}

/**
 * The last conditions, and the link back: its slot and its disabled subscription are made now, because making a
 * slot waits for every open transaction and must not do so in the pause.
 */
export const prepare: Step = {
  name: 'prepare',
  summary: 'Make the link back and wait for a quiet moment',
  expectedMs: 1000,
  async act(context) {
    const { lift, switchover } = context
    const plan = planOf(switchover)
    await setSynchronousCommit(plan.to.client, plan.forward, 'off')
    await ensurePublication(plan.to.client, plan.to.side)
    await withTimeout(plan.to.client, lift.site.limits.slotTimeoutMs, () =>
      createSlot(plan.to.client, plan.reverse),
    )
    await subscribe(plan.from.client, plan.reverse, plan.to.replicationUrl, {
      copyData: false,
      enabled: false,
      createSlot: false,
    })
    await plan.to.client.query('analyze')
    await lift.decisions.prepare(plan.epoch, context.by)
    await demandNoLongTransaction(plan.from.client, plan.from.side)
    for (const database of [plan.from, plan.to]) await demandNoWraparound(database)
    await demandLag(context)
    await advanceSlot(plan.to.client, plan.reverse)
  },
  async undo({ switchover }) {
    const plan = planOf(switchover)
    await dropSubscription(plan.from.client, plan.reverse)
    await dropSlot(plan.to.client, plan.reverse)
  },
}

async function demandLag({ lift, switchover }: StepContext): Promise<void> {
  const plan = planOf(switchover)
  const limit = lift.site.limits.lagBytes
  let lag: number | undefined
  for (let attempt = 0; attempt < 50; attempt++) {
    lag = await lagBytes(plan.from.client, plan.forward)
    demand(
      lag !== undefined,
      `the slot ${plan.forward} is gone from the ${plan.from.side}: nothing replicates; run the replicate runbook`,
    )
    if (lag <= limit) return
    await delay(100)
  }
  demand(
    false,
    `replication lags ${lag} bytes, over the limit of ${limit} (limits.lagBytes); runbook: replication-stalled`,
  )
}

/** Pausing waits for open transactions while it holds everyone else. */
async function demandNoLongTransaction(client: ClientBase, side: string): Promise<void> {
  const { rows } = await client.query(
    `select pid, usename, application_name, round(extract(epoch from clock_timestamp() - xact_start))::int as seconds
     from pg_catalog.pg_stat_activity
     where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()
       and xact_start < clock_timestamp() - interval '5 seconds'`,
  )
  const list = rows.map(
    (row) => `process ${row.pid} of ${row.usename} (${row.application_name || 'no name'}), ${row.seconds} s`,
  )
  demand(
    rows.length === 0,
    `transactions open for more than 5 s on the ${side} would hold up the pause: ${list.join('; ')}; end them or wait`,
  )
}

async function withTimeout(client: ClientBase, timeoutMs: number, act: () => Promise<void>): Promise<void> {
  await client.query(`set statement_timeout = ${timeoutMs}`)
  try {
    await act()
  } catch (error) {
    if ((error as { code?: string }).code !== '57014') throw error
    throw new Error(
      `making the slot for the way back waited ${timeoutMs} ms for an open transaction on that server (limits.slotTimeoutMs): find it in pg_stat_activity (backend_xid), end it and try again`,
    )
  } finally {
    await client.query('set statement_timeout = 0')
  }
}
