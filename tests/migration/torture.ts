import { readFileSync } from 'node:fs'
import type { ExecutionContext } from 'ava'
import { verifyAll } from '../../migration/digest/index.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { userSequences } from '../../migration/postgres/catalog.ts'
import { readSequences, type SequenceState } from '../../migration/sequences.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { createTestbed, execute, switchover, type Testbed } from './testbed.ts'

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
  const first = await bed.run('source')
  await first.all(['check-databases', 'carry-schema', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await first.close()
  let round = 1
  for (const from of ['source', 'target', 'source'] as const) {
    await write(bed, from, ++round)
    const run = await bed.run(from)
    const { from: left, to } = {
      from: run.context.lift[from],
      to: run.context.lift[from === 'source' ? 'target' : 'source'],
    }
    await run.all(switchover)
    t.deepEqual(await sequencesOf(to.client), await sequencesOf(left.client), 'sequences go on')
    await run.close()
  }
  await write(bed, 'target', ++round)
  const last = await bed.run('target')
  await last.step('prove-link')
  const { source, target } = last.context.lift
  const digest = await verifyAll(bed.site.source.url, bed.site.target.url, { recheck: 20 })
  t.deepEqual(
    digest.tables
      .filter((table) => !table.equal)
      .map(({ schema, table, counted }) => ({ schema, table, counted })),
    [],
  )
  t.true(
    digest.tables.every((table) => table.rows > 0 || table.table === 'spare'),
    'every table has rows',
  )
  // Each event fired its trigger once, on the side where the application wrote it.
  const counted = `select (select count(*) from public.audit where what = 'INSERT events')::int as audited,
    (select count(*) from public.events where kind <> 'quiet' or at > '2026-01-01')::int as events`
  for (const { client } of [source, target]) {
    const { rows } = await client.query(
      `select count(*)::int as n from public.audit where what like 'INSERT events%'`,
    )
    t.is(rows[0].n, round * 22, counted)
  }
  await last.close()
}

async function sequencesOf(client: Parameters<typeof userSequences>[0]): Promise<SequenceState[]> {
  return readSequences(client, await userSequences(client))
}
