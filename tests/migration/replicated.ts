import type { ExecutionContext } from 'ava'
import pg from 'pg'
import { linkName } from '../../migration/replication.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { createTestbed, type Run, type Testbed } from './testbed.ts'

/** A testbed whose target follows the source, with a watchdog; it ends with the test. */
export async function replicated(
  t: ExecutionContext,
  servers: { source: PostgresServer; target: PostgresServer },
): Promise<{ bed: Testbed; run: Run; source: pg.Client; target: pg.Client; link: string }> {
  const bed = await createTestbed(servers, {
    deadlineMs: 60_000,
    slotTimeoutMs: 60_000,
    pauseTimeoutMs: 10_000,
  })
  bed.startWatchdog()
  await bed.pay()
  const run = await bed.run('source')
  t.teardown(async () => {
    await run.close()
    await bed.close()
  })
  await run.all(['check-databases', 'carry-schema', 'install-fence', 'subscribe-target', 'await-caught-up'])
  const { source, target } = run.context.lift
  return { bed, run, source: source.client, target: target.client, link: linkName(bed.site, 0) }
}

/** How often a link has failed to apply a change. */
export async function applyErrors(to: pg.ClientBase, link: string): Promise<number> {
  const { rows } = await to.query(
    'select apply_error_count::int as n from pg_stat_subscription_stats where subname = $1',
    [link],
  )
  return rows[0].n
}

/** A session by a connection string; one that is ended from outside does not end the test. */
export async function openAs(url: string): Promise<pg.Client> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  return client
}
