import { setTimeout as delay } from 'node:timers/promises'
import type { ClientBase } from 'pg'
import { freezeDdl, removeDdlFreeze } from '../ddl-freeze.ts'
import { readFenceRow } from '../epoch.ts'
import { unfencedTables } from '../lift-schema.ts'
import { quoted } from '../postgres/catalog.ts'
import { becomeHolder } from '../postgres/session.ts'
import {
  advanceSlot,
  createSlot,
  dropSlot,
  dropSubscription,
  ensurePublication,
  lagBytes,
  subscribe,
  uncarriedTables,
} from '../replication.ts'
import { nextEpoch, planSwitchover, systemOfRecord } from '../switchover/plan.ts'
import { demand, type Step, type StepContext } from './step.ts'
import { planOf } from './switchover-run.ts'

/** Nothing stands in the way of this switchover; then takes the advisory lock on both databases. */
export const preflight: Step = {
  name: 'preflight',
  summary: 'Check everything that a switchover needs',
  expectedMs: 1500,
  async check(context) {
    const { lift, switchover: run } = context
    const record = await systemOfRecord(lift)
    demand(
      record === run.from,
      `the system of record is the ${record} already: this runbook leaves the ${run.from}`,
    )
    await demandSettled(context)
    const plan = await planSwitchover(lift, run.from, await nextEpoch(lift))
    run.plan = plan
    for (const { side, client } of [plan.from, plan.to]) {
      const holes = await unfencedTables(client)
      demand(
        holes.length === 0,
        `tables of the ${side} that the fence does not cover: ${holes.map(quoted).join(', ')}; run install-fence of the replicate runbook`,
      )
      await demandNoPrepared(client, side)
    }
    const uncarried = await uncarriedTables(plan.from.client, plan.to.client, plan.forward)
    demand(
      uncarried.length === 0,
      `tables that replication does not carry: ${uncarried.map(quoted).join(', ')}; they would be left behind`,
    )
    const gates = await lift.gate.state()
    const astray = gates.filter((gate) => gate.state !== 'open' || gate.route !== run.from)
    demand(
      astray.length === 0,
      `${astray.length} of ${gates.length} gates are not open towards the ${run.from} database`,
    )
    // Behind a closed role fence nobody can log in; the roles that get LOGIN back are those saved then.
    if ((await readFenceRow(plan.to.client)).saved.length === 0) await lift.gate.probe(plan.to.side)
    await context.watchdog.expectWatchdog()
    await demandLag(context)
  },
  async act({ lift }) {
    await becomeHolder(lift.source.client, 'source')
    await becomeHolder(lift.target.client, 'target')
  },
}

export const freezeSchema: Step = {
  name: 'freeze-ddl',
  summary: 'Refuse changes of the schema until the switchover is over',
  expectedMs: 100,
  async act({ switchover }) {
    await freezeDdl(planOf(switchover).from.client)
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
    await plan.to.client.query(`alter subscription ${plan.forward} set (synchronous_commit = 'on')`)
    await ensurePublication(plan.to.client, plan.to.side)
    await withTimeout(plan.to.client, 5000, () => createSlot(plan.to.client, plan.reverse))
    await subscribe(plan.from.client, plan.reverse, plan.to.replicationUrl, {
      copyData: false,
      enabled: false,
      createSlot: false,
    })
    await plan.to.client.query('analyze')
    await lift.decisions.prepare(plan.epoch, context.by)
    await demandNoLongTransaction(plan.from.client, plan.from.side)
    await demandLag(context)
    await advanceSlot(plan.to.client, plan.reverse)
  },
  async undo({ switchover }) {
    const plan = planOf(switchover)
    await dropSubscription(plan.from.client, plan.reverse)
    await dropSlot(plan.to.client, plan.reverse)
  },
}

/** The next switchover begins only when the last one has ended on both sides. */
async function demandSettled({ lift, watchdog }: StepContext): Promise<void> {
  const [armed] = await watchdog.armings()
  demand(
    !armed,
    `the switchover of epoch ${armed?.epoch} is not settled yet: the watchdog does it; «status» shows it`,
  )
  const [source, target] = await Promise.all([
    readFenceRow(lift.source.client),
    readFenceRow(lift.target.client),
  ])
  const settled = source.token === target.token && (source.token === 0 || source.token % 2 === 1)
  demand(
    settled,
    `the last switchover has not ended on both databases (tokens ${source.token} and ${target.token}): run «npm run runbook -- resume --site FILE --execute»`,
  )
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

async function demandNoPrepared(client: ClientBase, side: string): Promise<void> {
  const { rows } = await client.query(
    'select gid from pg_catalog.pg_prepared_xacts where database = current_database()',
  )
  demand(
    rows.length === 0,
    `prepared transactions on the ${side}: ${rows.map((row) => row.gid).join(', ')}; COMMIT PREPARED or ROLLBACK PREPARED them`,
  )
}

async function withTimeout(client: ClientBase, timeoutMs: number, act: () => Promise<void>): Promise<void> {
  await client.query(`set statement_timeout = ${timeoutMs}`)
  try {
    await act()
  } catch (error) {
    if ((error as { code?: string }).code !== '57014') throw error
    throw new Error(
      `making the slot for the way back waited ${timeoutMs} ms for an open transaction on that server: find it in pg_stat_activity (backend_xid), end it and try again`,
    )
  } finally {
    await client.query('set statement_timeout = 0')
  }
}
