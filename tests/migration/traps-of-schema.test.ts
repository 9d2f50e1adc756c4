/** Traps of changing schemas, of sequences and of links that are left. */
import test from 'ava'
import type pg from 'pg'
import { freezeDdl, removeDdlFreeze } from '../../migration/ddl-freeze.ts'
import { drain, writeNonce } from '../../migration/drain.ts'
import { ensurePublication } from '../../migration/publication.ts'
import { enableSubscription, linkName, subscriptions } from '../../migration/replication.ts'
import { differingSequences, readSequences, sequenceSql } from '../../migration/sequences.ts'
import { until } from '../until.ts'
import { applyErrors, replicated } from './replicated.ts'
import { afterPause, beforePause, execute, inPause, testServers } from './testbed.ts'

const servers = await testServers()

test.serial(
  'a table made later is published and not followed: the slot reads drained; replicating again carries it',
  async (t) => {
    const { run, source, target, link } = await replicated(t, servers)
    for (const client of [source, target]) await client.query('create table public.late (id int primary key)')
    await source.query('alter publication lift add table public.late')
    await source.query('insert into public.late values (1)')
    await drain(source, target, link, await writeNonce(source, 'source', 'late'), 15_000)
    t.is((await target.query('select from public.late')).rowCount, 0)
    await t.throwsAsync(run.step('preflight'), { message: /"public"."late": replication does not carry it/ })
    await run.all(['install-fence', 'subscribe-target'])
    t.is((await target.query('select from public.late')).rowCount, 1)
  },
)

test.serial('a table that somebody changes is not waited for without end when it is published', async (t) => {
  const { bed, source } = await replicated(t, servers)
  const changing = await bed.connect('source', 'superuser')
  await changing.query('begin; alter table public.payments add column later int')
  await t.throwsAsync(ensurePublication(source, 'source', 100), {
    message: /the tables of the source could not be published within 0\.1 s: .*holds one.*run the step again/,
  })
  t.truthy((await source.query(`select from pg_publication where pubname = 'lift'`)).rowCount)
  await changing.query('rollback')
  await t.notThrowsAsync(ensurePublication(source, 'source'))
})

test.serial(
  'with REPLICA IDENTITY FULL and a json column the first UPDATE stops replication for ever; preflight names the column',
  async (t) => {
    const { run, source, target, link } = await replicated(t, servers)
    for (const client of [source, target])
      await client.query(
        'create table public.notes (id int, body json); alter table public.notes replica identity full',
      )
    await source.query('alter publication lift add table public.notes')
    await target.query(`alter subscription ${link} refresh publication`)
    await source.query(`insert into public.notes values (1, '{}')`)
    // A copy that begins after the UPDATE would hold its result.
    const copying = `select from pg_subscription_rel where srsubstate <> 'r'`
    await until(async () => (await target.query(copying)).rowCount === 0)
    await drain(source, target, link, await writeNonce(source, 'source', 'inserted'), 15_000)
    await source.query('update public.notes set id = 2')
    const nonce = await writeNonce(source, 'source', 'updated')
    await until(async () => (await applyErrors(target, link)) >= 2)
    await t.throwsAsync(drain(source, target, link, nonce, 100), { message: /the drain reached/ })
    await t.throwsAsync(run.step('check-databases'), {
      message: /public.notes: REPLICA IDENTITY is FULL, and body has the type json/,
    })
  },
)

test.serial(
  'an event trigger at ddl_command_start stops our own ALTER SUBSCRIPTION and temporary tables; the freeze stops neither, and stops the rest',
  async (t) => {
    const { bed, source, link } = await replicated(t, servers)
    const [admin, app] = [await bed.connect('target', 'superuser'), await bed.connect('source')]
    await admin.query(`create function public.no() returns event_trigger language plpgsql as 'begin raise exception ''no''; end';
    create event trigger stop_all on ddl_command_start execute function public.no()`)
    for (const sql of [`alter subscription ${link} disable`, 'create temporary table t (a int)'])
      await t.throwsAsync(admin.query(sql), { message: /no/ }, sql)
    await admin.query('drop event trigger stop_all')
    const target = await bed.run('target')
    t.teardown(() => target.close())
    const { client } = target.context.lift.target
    for (const side of [client, source]) t.true(await freezeDdl(side))
    await t.notThrowsAsync(client.query(`alter subscription ${link} disable`))
    await enableSubscription(client, link)
    await t.notThrowsAsync(app.query('create temporary table t (a int); drop table t'))
    // A deployment, under the role that set the freeze.
    const other = await bed.connect('source', 'superuser')
    await t.throwsAsync(other.query('create table public.late (a int)'), { code: 'LF003' })
    await t.throwsAsync(other.query('drop table public.payments'), { code: 'LF003' })
    // A watchdog, under a role that did not.
    await source.query('create role another superuser; set session authorization another')
    await t.notThrowsAsync(source.query('create table public.ours (a int); drop table public.ours'))
    await source.query('reset session authorization; drop role another')
    for (const side of [client, source]) await removeDdlFreeze(side)
  },
)

test.serial(
  'where event triggers are not allowed a change of the schema is seen after the fence, and the switchover goes back',
  async (t) => {
    const { bed, run, source } = await replicated(t, servers)
    const database = new URL(bed.site.source.url).pathname.slice(1)
    await source.query(
      `do $$ begin create role plain login password 'of-a-test'; exception when duplicate_object then null; end $$`,
    )
    const plain = await bed.connect('source', 'superuser')
    await plain.query('set session authorization plain')
    t.false(await freezeDdl(plain))
    await run.step('preflight')
    const { client } = run.context.lift.source
    const refusing = Object.create(client, {
      query: {
        value: (...args: [never]) =>
          /create event trigger/.test(String(args[0]))
            ? Promise.reject(Object.assign(new Error('must be superuser'), { code: '42501' }))
            : client.query(...args),
      },
    })
    Object.assign(run.context.switchover.plan!.from, { client: refusing })
    await run.all(beforePause.slice(1))
    await execute(servers.source.url(database), 'alter table public.payments add column quick int')
    await t.throwsAsync(run.all(inPause), {
      message: /the schema changed during the switchover: column public.payments.quick(.|\n)*went back/,
    })
    t.truthy(await bed.pay())
  },
)

test.serial(
  'pg_sequences knows nothing of a sequence never called; ours carries every kind on exactly',
  async (t) => {
    const { bed, source, target } = await replicated(t, servers)
    const made = `create sequence public.fresh start 500; create sequence public.down increment -3 maxvalue -1 minvalue -100 start -1;
    create sequence public.round minvalue 1 maxvalue 3 cycle; create sequence public.cached cache 20; create sequence public."Odd name"`
    for (const client of [source, target]) await client.query(made)
    await source.query(`select nextval('public.down'), nextval('public.down'), nextval('public.cached') from generate_series(1, 2);
    select nextval('public.round') from generate_series(1, 3); select nextval('public."Odd name"')`)
    const seen = await source.query(`select last_value from pg_sequences where sequencename = 'fresh'`)
    t.is(seen.rows[0].last_value, null)
    const names = ['fresh', 'down', 'round', 'cached', 'Odd name'].map((name) => ({ schema: 'public', name }))
    const states = await readSequences(source, names)
    t.deepEqual(states[0], { schema: 'public', name: 'fresh', lastValue: '500', isCalled: false })
    await target.query(`do $$ begin ${sequenceSql(states)} end $$`)
    t.deepEqual(differingSequences(states, await readSequences(target, names)), [])
    const next = async (client: pg.ClientBase, name: string) =>
      (await client.query(`select nextval($1)::int as n`, [`public."${name}"`])).rows[0].n
    t.deepEqual(await Promise.all([next(target, 'fresh')]), [500])
    t.is(await next(target, 'down'), await next(source, 'down'))
    t.is(await next(target, 'round'), 1)
    // The source had given out up to 20 to a session; nobody gets one of them again.
    t.is(await next(target, 'cached'), 21)
    t.truthy(bed)
  },
)

test.serial(
  'a switchover leaves one link on, the old slot gone and the new one named after its epoch; what was carried forward is not sent back',
  async (t) => {
    const { bed, run, source, target } = await replicated(t, servers)
    await run.all(beforePause)
    const forward = await bed.pay()
    for (const step of inPause) {
      const links = [...(await subscriptions(source)), ...(await subscriptions(target))].filter(
        ({ enabled }) => enabled,
      )
      t.true(links.length <= 1, `before ${step}: ${links.map(({ name }) => name).join(', ')}`)
      await run.step(step)
    }
    await run.all(afterPause)
    const slots = async (client: pg.ClientBase) =>
      (
        await client.query(
          `select slot_name as name from pg_replication_slots where database = current_database()`,
        )
      ).rows.map(({ name }) => name)
    t.deepEqual(await slots(source), [])
    t.deepEqual(await slots(target), [linkName(bed.site, 1)])
    t.deepEqual(
      (await subscriptions(source)).map(({ name, enabled }) => ({ name, enabled })),
      [{ name: linkName(bed.site, 1), enabled: true }],
    )
    t.deepEqual(await subscriptions(target), [])
    const back = await bed.pay()
    await run.step('prove-link')
    const ids = await bed.payments('source')
    t.is(ids.filter((id) => id === forward || id === back).length, 2)
  },
)
