/**
 * Traps of PostgreSQL that a switchover falls into when it is written as the manual suggests: each is shown here,
 * and that ours does not fall in.
 */
import test, { type ExecutionContext } from 'ava'
import type pg from 'pg'
import { freezeDdl, removeDdlFreeze } from '../../migration/ddl-freeze.ts'
import { drain, writeNonce } from '../../migration/drain.ts'
import {
  createSlot,
  disableSubscription,
  enableSubscription,
  ensurePublication,
  linkName,
} from '../../migration/replication.ts'
import { differingSequences, readSequences, writeSequences } from '../../migration/sequences.ts'
import {
  beforePause,
  createTestbed,
  execute,
  inPause,
  type Run,
  type Testbed,
  testServers,
} from './testbed.ts'

// Nothing but the application and replication writes, and the WAL writer comes late.
const servers = await testServers({}, { autovacuum: 'off', wal_writer_delay: '10000' })

async function replicated(
  t: ExecutionContext,
): Promise<{ bed: Testbed; run: Run; source: pg.ClientBase; target: pg.ClientBase; link: string }> {
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

const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition()));
}

test.serial(
  'a table made later is published and not followed: the slot reads drained; replicating again carries it',
  async (t) => {
    const { run, source, target, link } = await replicated(t)
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
  const { bed, source } = await replicated(t)
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
    const { run, source, target, link } = await replicated(t)
    for (const client of [source, target])
      await client.query(
        'create table public.notes (id int, body json); alter table public.notes replica identity full',
      )
    await source.query('alter publication lift add table public.notes')
    await target.query(`alter subscription ${link} refresh publication`)
    await source.query(`insert into public.notes values (1, '{}')`)
    await drain(source, target, link, await writeNonce(source, 'source', 'inserted'), 15_000)
    await source.query('update public.notes set id = 2')
    const nonce = await writeNonce(source, 'source', 'updated')
    const failures = async () =>
      (
        await target.query(
          'select apply_error_count::int as n from pg_stat_subscription_stats where subname = $1',
          [link],
        )
      ).rows[0].n
    await until(async () => (await failures()) >= 2)
    await t.throwsAsync(drain(source, target, link, nonce, 100), { message: /the drain reached/ })
    await t.throwsAsync(run.step('check-databases'), {
      message: /public.notes: REPLICA IDENTITY is FULL, and body has the type json/,
    })
  },
)

test.serial(
  'an event trigger at ddl_command_start stops our own ALTER SUBSCRIPTION and temporary tables; the freeze stops neither, and stops the rest',
  async (t) => {
    const { bed, source, link } = await replicated(t)
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
    // Of a role that did not set the freeze, however mighty it is.
    const other = await bed.connect('source', 'superuser')
    await other.query('create role another superuser; set session authorization another')
    await t.throwsAsync(other.query('create table public.late (a int)'), { code: 'LF002' })
    await t.throwsAsync(other.query('drop table public.payments'), { code: 'LF002' })
    await other.query('reset session authorization')
    for (const side of [client, source]) await removeDdlFreeze(side)
  },
)

test.serial(
  'where event triggers are not allowed a change of the schema is seen after the fence, and the switchover goes back',
  async (t) => {
    const { bed, run, source } = await replicated(t)
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
  'making a slot waits for every open transaction, in any database: it is made before the pause',
  async (t) => {
    const { bed, run, target } = await replicated(t)
    await run.all(beforePause.slice(0, 3))
    const elsewhere = await bed.connect('target', 'superuser')
    await elsewhere.query('begin')
    await elsewhere.query('select txid_current()')
    await target.query('set statement_timeout = 300')
    await t.throwsAsync(createSlot(target, 'waits'), { code: '57014' })
    await target.query('set statement_timeout = 0')
    const preparing = run.step('prepare')
    const slots = async () =>
      (
        await execute(
          servers.target.url('postgres'),
          `select wait_event from pg_stat_activity where query ~ 'pg_create_logical' and wait_event = 'transactionid'`,
        )
      ).rowCount
    await until(async () => (await slots()) === 1)
    // Writes flow all the while.
    t.truthy(await bed.pay())
    await elsewhere.query('commit')
    await t.notThrowsAsync(preparing)
  },
)

test.serial(
  'the drain waits for the WAL writer of the other side unless the subscription commits synchronously',
  async (t) => {
    const { source, target, link } = await replicated(t)
    await target.query(`alter subscription ${link} set (synchronous_commit = off)`)
    const arrived = async () => {
      await source.query('insert into public.payments (made_by) values (0)')
      return drain(source, target, link, await writeNonce(source, 'source', String(Math.random())), 1000)
    }
    await t.throwsAsync(arrived(), { message: /the drain reached/ })
    await target.query(`alter subscription ${link} set (synchronous_commit = on)`)
    const nonce = await writeNonce(source, 'source', 'at once')
    await t.notThrowsAsync(drain(source, target, link, nonce, 15_000))
  },
)

test.serial(
  'the insert position can point past a page header that nothing will flush; the nonce takes the flush position',
  async (t) => {
    const { source, target, link } = await replicated(t)
    await target.query(`alter subscription ${link} set (synchronous_commit = on)`)
    const atPageEnd = (sql: { query: pg.ClientBase['query'] }) => endAtPage(sql as pg.ClientBase)
    const wrapped = Object.create(source, {
      query: {
        value: async (text: string, values?: unknown[]) => {
          if (/pg_current_wal_flush_lsn/.test(text)) await atPageEnd(source)
          return source.query(text, values)
        },
      },
    })
    const atEnd = async () => {
      const nonce = await writeNonce(wrapped, 'source', 'page end')
      const { rows } = await source.query(
        'select pg_current_wal_insert_lsn()::text as insert, pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as ahead',
      )
      return { nonce, insert: rows[0].insert as string, ahead: rows[0].ahead as boolean }
    }
    const trapped = async ({ nonce, insert }: Awaited<ReturnType<typeof atEnd>>) =>
      drain(source, target, link, { ...nonce, lsn: insert }, 300).then(
        () => false,
        (error) => /the drain reached/.test(error.message),
      )
    let found = await atEnd()
    let caught = found.ahead && (await trapped(found))
    // The server writes records of its own now and then, and one between the looks hides the trap.
    for (let tries = 1; !caught && tries < 20; tries++) {
      found = await atEnd()
      caught = found.ahead && (await trapped(found))
    }
    t.true(caught)
    await t.notThrowsAsync(drain(source, target, link, found.nonce, 15_000))
  },
)

/** Fills the WAL so that its end is the end of a page, and flushes it. */
async function endAtPage(client: pg.ClientBase): Promise<void> {
  const page = 8192
  const position = async () =>
    Number((await client.query(`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at`)).rows[0].at)
  const emit = async (bytes: number) => {
    // Not transactional: the record alone, no commit after it.
    await client.query(`select pg_logical_emit_message(false, 'lift', repeat('x', $1))`, [bytes])
    return position()
  }
  const before = await position()
  const overhead = (await emit(8)) - before - 8
  for (let attempt = 0; attempt < 200; attempt++) {
    const left = page - ((await position()) % page)
    const end = await emit(Math.max(8, left - overhead - (attempt % 5)))
    if (end % page === 24 || end % page === 40) {
      // A commit elsewhere makes the server flush what is there, as far as there is something.
      await client.query('select pg_logical_emit_message(false, $1, $2, true)', ['lift', '']).catch(() => {})
    }
    const { rows } = await client.query(
      'select pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as ahead',
    )
    if (rows[0].ahead && end % page <= 40) return
  }
  throw new Error('the WAL did not come to end at a page')
}

test.serial(
  'pg_sequences knows nothing of a sequence never called; ours carries every kind on exactly',
  async (t) => {
    const { bed, source, target } = await replicated(t)
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
    await writeSequences(target, states)
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
  '18 accepts origin = none towards 14 and ignores it; so never are both directions on at once',
  async (t) => {
    const { bed, run, source, target, link } = await replicated(t)
    // The way back, on at the same time as the link forward: what was written on the target comes back to it.
    await target.query(`create publication back for table public.payments`)
    await target.query(`select pg_create_logical_replication_slot('back', 'pgoutput')`)
    await source.query(
      `create subscription back connection ${source.escapeLiteral(bed.site.target.url)} publication back with (create_slot = false, copy_data = false)`,
    )
    await target.query(`alter subscription ${link} set (origin = none)`)
    await target.query(
      'alter table public.payments disable trigger lift_fence; insert into public.payments (id) values (777)',
    )
    const failures = async () =>
      (
        await target.query(
          'select apply_error_count::int as n from pg_stat_subscription_stats where subname = $1',
          [link],
        )
      ).rows[0].n
    await until(async () => (await failures()) >= 1)
    await source.query(
      'alter subscription back disable; alter subscription back set (slot_name = none); drop subscription back',
    )
    await target.query(
      'delete from public.payments; alter table public.payments enable trigger lift_fence; drop publication back',
    )
    await disableSubscription(target, link)
    await until(
      async () =>
        (await target.query(`select from pg_replication_slots where slot_name = 'back' and not active`))
          .rowCount === 1,
    )
    await target.query(`select pg_drop_replication_slot('back')`)
    t.pass()
    t.truthy(run)
  },
)
