import { setTimeout as delay } from 'node:timers/promises'
import { readFenceRow } from '../epoch.ts'
import type { Lift } from '../lift.ts'
import { installLiftSchema, unfencedTables } from '../lift-schema.ts'
import { quoted, unfilledViews } from '../postgres/catalog.ts'
import { isLinked, runChecks } from '../preflight/run.ts'
import { ensurePublication } from '../publication.ts'
import {
  dropSlot,
  lagBytes,
  linkName,
  refreshSubscription,
  subscribe,
  subscriptions,
  uncarriedTables,
  unsyncedTables,
} from '../replication.ts'
import { demandFit } from './fit.ts'
import { demand, type Step, type StepContext } from './step.ts'

/** The link that the replicate runbook makes, before any switchover. */
const firstLink = (lift: Lift): string => linkName(lift.site, 0)

/** Both databases are fit for replication: every preflight check that can be made before they are linked. */
export const checkDatabases: Step = {
  name: 'check-databases',
  summary: 'Check that both databases are fit for replication',
  expectedMs: 500,
  async check(context) {
    const { state } = (await readFenceRow(context.lift.target.client).catch(() => undefined)) ?? {}
    demand(
      state !== 'open',
      'the target is the system of record: this runbook would copy the source over it; its state now: «status»',
    )
    const report = await runChecks(context, 'source', await isLinked(context), {
      only: (check) => !check.needsLink,
    })
    await demandFit(context, report)
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
    // A table that was added since is published, and not followed before the subscription looks again.
    if (begun) await refreshSubscription(lift.target.client, firstLink(lift))
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
  summary: 'Wait until the target has caught up, and fill its materialised views',
  expectedMs: 2000,
  async act({ lift, say }) {
    await caughtUp(lift, say)
    for (const view of await unfilledViews(lift.source.client, lift.target.client)) {
      await lift.target.client.query(`refresh materialized view ${quoted(view)}`)
      say(`filled the materialised view ${quoted(view)}`)
    }
  },
}

async function caughtUp(lift: Lift, say: StepContext['say']): Promise<void> {
  for (;;) {
    const lag = await lagBytes(lift.source.client, firstLink(lift))
    demand(
      lag !== undefined,
      `the slot ${firstLink(lift)} is gone from the source: run the replicate runbook again`,
    )
    if (lag <= lift.site.limits.lagBytes) return say(`replication lag ${lag} bytes`)
    await delay(100)
  }
}

const names = (tables: { schema: string; name: string }[]): string => tables.map(quoted).join(', ')
