import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { verifyAll } from '../../migration/digest/index.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { userSequences } from '../../migration/postgres/catalog.ts'
import { compareSchemas } from '../../migration/schema/fingerprint.ts'
import { readSequences, type SequenceState } from '../../migration/sequences.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { createTestbed, execute, type Run, switchover, type Testbed } from './testbed.ts'

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

const roles = `do $$ begin
  create role torture_owner; create role torture_reader login password 'of-a-test';
  alter role torture_reader set work_mem = '8MB';
exception when duplicate_object then null; end $$`

/** The torture database on the source; on the target the same, or nothing for pg_dump to fill. */
export async function tortured(
  servers: { source: PostgresServer; target: PostgresServer },
  carried: 'by pg_dump' | 'by hand',
): Promise<Testbed> {
  for (const server of Object.values(servers)) await execute(server.url('postgres'), roles)
  const schema = text('torture.sql').replaceAll(/\bAPP\b/g, 'torture_reader')
  const bed = await createTestbed(
    servers,
    { arriveMs: 20_000, deadlineMs: 30_000 },
    { source: schema, target: carried === 'by hand' ? schema : false },
  )
  // No newer contrib module runs on the older server, and nothing here uses what it added.
  if (Number.parseInt(servers.target.version, 10) < Number.parseInt(servers.source.version, 10))
    bed.site.accept['extension-versions'] = 'the target is an older PostgreSQL'
  bed.startWatchdog()
  return bed
}

/** What the application does, on one side, without the gate. */
export async function write(bed: Testbed, side: Side, round: number): Promise<void> {
  const url = bed.servers[side].url(new URL(bed.site[side].url).pathname.slice(1))
  await execute(url, text('torture-writes.sql').replaceAll('ROUND', String(round)))
}

/** Replicate, cutover, rollback, cutover, with writes between; at the end both sides are the same. */
export async function throughTheLift(t: ExecutionContext, bed: Testbed): Promise<void> {
  await write(bed, 'source', 1)
  await during(bed, 'source', (run) =>
    run.all(['check-databases', 'carry-schema', 'install-fence', 'subscribe-target', 'await-caught-up']),
  )
  let round = 1
  for (const from of ['source', 'target', 'source'] as const) {
    await write(bed, from, ++round)
    await during(bed, from, async (run) => {
      await run.all(switchover)
      const { source, target } = run.context.lift
      t.deepEqual(await sequencesOf(source.client), await sequencesOf(target.client), 'sequences go on')
    })
  }
  await write(bed, 'target', ++round)
  await during(bed, 'target', async (run) => {
    await run.step('prove-link')
    const { source, target } = run.context.lift
    const { tables } = await verifyAll(bed.site.source.url, bed.site.target.url, { recheck: 20 })
    const differing = tables.filter((table) => !table.equal)
    t.deepEqual(
      differing.map(({ schema, table, counted }) => ({ schema, table, counted })),
      [],
    )
    t.true(
      tables.every((table) => table.rows > 0 || ['payments', 'empty'].includes(table.table)),
      'every table has rows',
    )
    // Both sides have the triggers; each insert of the application fired one of them once.
    for (const { client } of [source, target]) {
      const { rows } = await client.query(
        `select count(*)::int as n from public.audit where what = 'INSERT accounts'`,
      )
      t.is(rows[0].n, round * 20)
    }
    t.deepEqual(await compareSchemas(source.client, target.client), [])
  })
}

async function during(bed: Testbed, from: Side, work: (run: Run) => Promise<void>): Promise<void> {
  const run = await bed.run(from)
  try {
    await work(run)
  } finally {
    await run.close()
  }
}

async function sequencesOf(client: Parameters<typeof userSequences>[0]): Promise<SequenceState[]> {
  return readSequences(client, await userSequences(client))
}
