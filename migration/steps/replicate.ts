import { setTimeout as delay } from 'node:timers/promises'
import { readFenceRow } from '../epoch.ts'
import type { Lift } from '../lift.ts'
import { installLiftSchema, unfencedTables } from '../lift-schema.ts'
import { quoted, userTables } from '../postgres/catalog.ts'
import {
  dropSlot,
  ensurePublication,
  lagBytes,
  linkName,
  subscribe,
  subscriptions,
  uncarriedTables,
  unsyncedTables,
} from '../replication.ts'
import { demand, type Step } from './step.ts'

/** The link that the replicate runbook makes, before any switchover. */
const firstLink = (lift: Lift): string => linkName(lift.site, 0)

/** Both databases are fit for replication. */
export const checkDatabases: Step = {
  name: 'check-databases',
  summary: 'Check that both databases are fit for replication',
  expectedMs: 500,
  async check({ lift }) {
    for (const { side, client } of [lift.source, lift.target]) {
      const { rows } = await client.query('show wal_level')
      demand(
        rows[0].wal_level === 'logical',
        `wal_level of the ${side} database is ${rows[0].wal_level}: set it to logical and restart (on Aurora: rds.logical_replication = 1)`,
      )
    }
    const here = await userTables(lift.source.client)
    demand(here.length > 0, 'the source database has no tables: is it the right database?')
    const keyless = here.filter(
      (table) => !table.isPartitioned && !table.hasPrimaryKey && !'fi'.includes(table.replicaIdentity),
    )
    demand(
      keyless.length === 0,
      `tables without a key would refuse UPDATE and DELETE once published: ${names(keyless)}; give them a primary key or REPLICA IDENTITY FULL`,
    )
    const unlogged = here.filter((table) => table.unlogged)
    demand(
      unlogged.length === 0,
      `unlogged tables cannot be replicated: ${names(unlogged)}; ALTER TABLE … SET LOGGED`,
    )
  },
}

/** The fence's triggers on every table: open on the source, closed on the target from now on. */
export const installFence: Step = {
  name: 'install-fence',
  summary: 'Install the fence: open on the source, closed on the target',
  expectedMs: 1000,
  async act({ lift }) {
    const { lockTimeoutMs } = lift.site.limits
    await installLiftSchema(lift.source.client, 'source', 'open', lockTimeoutMs)
    await installLiftSchema(lift.target.client, 'target', 'fenced', lockTimeoutMs)
  },
  async verify({ lift }) {
    for (const { side, client } of [lift.source, lift.target]) {
      const open = await unfencedTables(client)
      demand(open.length === 0, `tables of the ${side} without the fence: ${names(open)}`)
    }
    const { state } = await readFenceRow(lift.target.client)
    demand(state === 'fenced', 'the target is not fenced: it may already be the system of record')
  },
}

/** The target copies every table and follows every write. */
export const subscribeTarget: Step = {
  name: 'subscribe-target',
  summary: 'Copy every table to the target and follow the writes',
  expectedMs: 5000,
  async act({ lift, say }) {
    await ensurePublication(lift.source.client, 'source')
    await ensurePublication(lift.target.client, 'target')
    // A server that died while it subscribed leaves a slot that nobody reads.
    const begun = (await subscriptions(lift.target.client)).some(({ name }) => name === firstLink(lift))
    if (!begun) await dropSlot(lift.source.client, firstLink(lift))
    await subscribe(lift.target.client, firstLink(lift), lift.source.replicationUrl, {
      copyData: true,
      enabled: true,
      createSlot: true,
    })
    for (let left = -1; left !== 0; await delay(100)) {
      const tables = await unsyncedTables(lift.target.client, firstLink(lift))
      if (tables.length !== left) say(`tables still to copy: ${tables.length}`)
      left = tables.length
    }
  },
  async verify({ lift }) {
    const uncarried = await uncarriedTables(lift.source.client, lift.target.client, firstLink(lift))
    demand(
      uncarried.length === 0,
      `tables that the link does not carry: ${names(uncarried)}; ALTER SUBSCRIPTION ${firstLink(lift)} REFRESH PUBLICATION on the target`,
    )
  },
  // Without undo: a copy of hours is not thrown away because a later step failed; the next run goes on with it.
}

/** The target has caught up with what was written during the copy. */
export const awaitCaughtUp: Step = {
  name: 'await-caught-up',
  summary: 'Wait until the target has caught up',
  expectedMs: 2000,
  async act({ lift, say }) {
    for (;;) {
      const lag = await lagBytes(lift.source.client, firstLink(lift))
      demand(
        lag !== undefined,
        `the slot ${firstLink(lift)} is gone from the source: run the replicate runbook again`,
      )
      if (lag <= lift.site.limits.lagBytes) return say(`replication lag ${lag} bytes`)
      await delay(100)
    }
  },
}

const names = (tables: { schema: string; name: string }[]): string => tables.map(quoted).join(', ')
