import { type Database, freshlyOpened } from '../database.ts'
import { removeDdlFreeze } from '../ddl-freeze.ts'
import { verifyingAgain } from '../digest/changes/again.ts'
import { readFenceRow } from '../epoch.ts'
import type { Side } from '../gate/gate.ts'
import { takeOver } from '../postgres/session.ts'
import { dropLinkSlots, dropSubscription, dropTrackingSlots, subscriptions } from '../replication.ts'
import { schedulesOf } from '../schedules/create.ts'
import type { Site } from '../site.ts'

/**
 * Removes what a run made that died before it was armed, or after it was settled: the hold of schedules, the freeze
 * of the schema, the link back that never ran, and slots that nobody reads and that would hold WAL until a disk is full. Nothing of the
 * link that runs is touched. Only while no switchover is under way.
 */
export async function removeLeftovers(site: Site): Promise<void> {
  await freshlyOpened(site, 'source', 'resume', (source) =>
    freshlyOpened(site, 'target', 'resume', async (target) => {
      for (const { client } of [source, target]) {
        // Of a run that was taken over while it slept; it must not go on when it wakes.
        await takeOver(client)
        // A transaction that it left open would hold up the next switchover.
        await client.query(
          `select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity
           where datname = current_database() and application_name = $1`,
          [verifyingAgain],
        )
        await removeDdlFreeze(client)
        await dropTrackingSlots(client, site)
      }
      const record = await onlyOpen(source, target)
      if (!record) return
      const [from, to] = record === 'source' ? [source, target] : [target, source]
      for (const { name } of await subscriptions(from.client)) await dropSubscription(from.client, name)
      const carrying = (await subscriptions(to.client)).map(({ name, slot }) => slot ?? name)
      await dropLinkSlots(to.client, site, [])
      // Without a link forward every slot here may be the one that somebody is about to subscribe to again.
      if (carrying.length > 0) await dropLinkSlots(from.client, site, carrying)
    }),
  )
  await schedulesOf(site).releaseAny()
}

async function onlyOpen(source: Database, target: Database): Promise<Side | undefined> {
  const open: Side[] = []
  for (const { side, client } of [source, target]) {
    const fence = await readFenceRow(client).catch(() => undefined)
    if (fence?.state === 'open') open.push(side)
  }
  return open.length === 1 ? open[0] : undefined
}
