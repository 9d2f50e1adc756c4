import type { ClientBase } from 'pg'
import { readFenceRow } from '../epoch.ts'
import { coveredTables, triggerSql } from '../lift-schema.ts'
import { quoted, userTables } from '../postgres/catalog.ts'
import { queryAll } from '../postgres/session.ts'
import {
  dropLinkSlots,
  dropSlot,
  dropSubscription,
  dropTrackingSlots,
  subscriptions,
} from '../replication.ts'
import { systemOfRecord } from '../switchover/record.ts'
import { demand, type Step, type StepContext } from './step.ts'

/** Nothing reads from the source any more, and no slot holds its WAL. */
export const removeLink: Step = {
  name: 'remove-link',
  summary: 'Take the link to the target away, and its slots',
  expectedMs: 1000,
  check: demandCopy,
  async act({ lift: { site, source, target } }) {
    for (const { name } of await subscriptions(target.client)) {
      const { rows } = await target.client.query(
        'select oid from pg_subscription where subname = $1 and subdbid = (select oid from pg_database where datname = current_database())',
        [name],
      )
      await dropSubscription(target.client, name)
      // Of tables that were still being copied.
      const copying = await source.client.query(
        `select slot_name as name from pg_catalog.pg_replication_slots where database = current_database() and starts_with(slot_name, $1)`,
        [`pg_${rows[0].oid}_sync_`],
      )
      for (const slot of copying.rows) await dropSlot(source.client, slot.name)
    }
    for (const { name } of await subscriptions(source.client)) await dropSubscription(source.client, name)
    for (const { client } of [source, target]) {
      await dropLinkSlots(client, site, [])
      await dropTrackingSlots(client, site)
    }
  },
}

/** The target has no row any more, so that `replicate` may copy anew; schema and fence stay. */
export const emptyTarget: Step = {
  name: 'empty-target',
  summary: 'Empty the tables of the target',
  expectedMs: 2000,
  async check(context) {
    await demandCopy(context)
    const { client, address } = context.lift.target
    const { rows } = await client.query('select pg_size_pretty(pg_database_size(current_database())) as size')
    context.say(`every table of the target at ${address.host}:${address.port} is emptied (${rows[0].size})`)
  },
  async act(context) {
    const { source, target } = context.lift
    const { client } = target
    const followers = [...(await slotsOf(client)), ...(await subscriptionsIn(source.client))]
    demand(
      followers.length === 0,
      `somebody follows the target, now or later: what is emptied here would be emptied there too: ${followers.join(', ')}; look who it is, take it away and run this page again`,
    )
    const covered = await coveredTables(client)
    const emptied = [...(await userTables(client)), { schema: 'lift', name: 'nonce_source' }]
    // The fence's row is held, so that no switchover can open this side meanwhile, and nobody writes past its triggers.
    await queryAll(
      client,
      `begin;
       set local lock_timeout = ${context.lift.site.limits.lockTimeoutMs};
       do $$ begin
         if (select state from lift.fence for update) <> 'fenced' then raise exception 'the target is open'; end if;
       end $$;
       ${triggerSql(covered, 'open')}
       truncate ${emptied.map(quoted).join(', ')};
       ${triggerSql(covered, 'fenced')}
       commit`,
    ).catch(async (error) => {
      await client.query('rollback').catch(() => {})
      throw error
    })
  },
  async verify({ lift: { target } }) {
    const { state } = await readFenceRow(target.client)
    demand(state === 'fenced', 'the target is not fenced any more')
  },
}

/** Logical slots of this database, read or not: one that is idle now reads a TRUNCATE later. */
async function slotsOf(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    'select slot_name as name from pg_catalog.pg_replication_slots where database = current_database()',
  )
  return rows.map(({ name }) => `slot ${name} on the target`)
}

async function subscriptionsIn(source: ClientBase): Promise<string[]> {
  const { rows } = await source.query(
    'select subname as name from pg_catalog.pg_subscription where subdbid = (select oid from pg_database where datname = current_database())',
  )
  return rows.map(({ name }) => `subscription ${name} in the source`)
}

/** The target is a copy, and no switchover is under way. */
async function demandCopy({ lift, watchdog }: StepContext): Promise<void> {
  demand((await watchdog.armings()).length === 0, 'a switchover is under way: look at «status»')
  demand(
    (await systemOfRecord(lift)) === 'source',
    'the target is the system of record: it holds the payments, and nothing of it may be emptied',
  )
}
