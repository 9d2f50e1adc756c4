/** Traps of PostgreSQL and PgBouncer that a switchover can fall into: each is shown here, and that ours does not. */
import { setTimeout as delay } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import pg from 'pg'
import { drain, writeNonce } from '../../migration/drain.ts'
import { attemptToken, settledToken } from '../../migration/epoch.ts'
import { fence, unfence } from '../../migration/fence.ts'
import { openSession } from '../../migration/postgres/session.ts'
import { planFence } from '../../migration/switchover/plan.ts'
import { openAs, replicated } from './replicated.ts'
import { execute, testServers } from './testbed.ts'

const servers = await testServers()

/** A site that replicates, with the fence of its source planned. */
async function withPlan(t: ExecutionContext) {
  const { run, ...rest } = await replicated(t, servers)
  const { lift } = run.context
  return { ...rest, lift, plan: await planFence(lift, lift.source) }
}

const arrived = async (client: pg.ClientBase, id: number): Promise<boolean> => {
  for (const until = performance.now() + 10_000; performance.now() < until; await delay(10)) {
    if ((await client.query('select from public.payments where id = $1', [id])).rowCount) return true
  }
  return false
}

test.serial(
  'read-only by default is no fence: any session sets it off again; the triggers stop COPY too',
  async (t) => {
    const { bed, plan, source } = await withPlan(t)
    const database = source.database as string
    await source.query(
      `alter database ${pg.escapeIdentifier(database)} set default_transaction_read_only = on`,
    )
    const stray = await bed.connect('source', 'superuser')
    await t.throwsAsync(stray.query('insert into payments (id) values (501)'), { code: '25006' })
    await stray.query('set default_transaction_read_only = off')
    await t.notThrowsAsync(stray.query('insert into payments (id) values (501)'), 'the trap')
    await source.query(`alter database ${pg.escapeIdentifier(database)} reset default_transaction_read_only`)

    await fence(source, 'source', attemptToken(1), plan)
    await t.throwsAsync(stray.query('insert into payments (id) values (502)'), { code: 'LF001' })
    await t.throwsAsync(stray.query(`copy payments (id) from program 'echo 503'`), { code: 'LF001' })
    await unfence(source, 'source', settledToken(1), plan)
  },
)

test.serial(
  'behind the fence apply workers still write; NOLOGIN for their owner would end them',
  async (t) => {
    const { bed, source, target } = await withPlan(t)
    await source.query('insert into public.payments (id) values (601)')
    t.true(await arrived(target, 601), 'the target is fenced, and follows')
    // The trap: an owner without LOGIN has no worker any more.
    const owner = `owner_of_${source.database}`
    await target.query(`create role ${owner} superuser login`)
    const { rows } = await target.query(
      `select subname from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())`,
    )
    await target.query(`alter subscription ${rows[0].subname} owner to ${owner}`)
    await target.query(`alter role ${owner} nologin`)
    const worker = () =>
      target.query(
        `select pg_terminate_backend(pid) from pg_stat_subscription where subname = $1 and pid is not null`,
        [rows[0].subname],
      )
    await worker()
    await source.query('insert into public.payments (id) values (602)')
    await delay(600)
    t.is((await target.query('select from public.payments where id = 602')).rowCount, 0, 'the trap')
    await target.query(`alter role ${owner} login`)
    t.true(await arrived(target, 602))
    await target.query(`alter subscription ${rows[0].subname} owner to postgres`)
    await target.query(`drop role ${owner}`)
    const stray = await bed.connect('target', 'superuser')
    await t.throwsAsync(stray.query('insert into payments (id) values (603)'), { code: 'LF001' })
  },
)

test.serial('whoever owns a subscription or replicates keeps LOGIN behind the fence', async (t) => {
  const { lift, target } = await withPlan(t)
  const owner = `subscriber_of_${target.database}`
  await target.query(`create role ${owner} login; grant insert on public.payments to ${owner}`)
  t.true((await planFence(lift, lift.target)).roles.includes(owner), 'it writes like any other')
  await target.query(
    `create subscription another_${target.database} connection 'password=x' publication p with (connect = false)`,
  )
  await target.query(`grant create on database ${pg.escapeIdentifier(target.database as string)} to ${owner}`)
  await target.query(`alter subscription another_${target.database} owner to ${owner}`)
  t.false((await planFence(lift, lift.target)).roles.includes(owner))
  await target.query(`alter subscription another_${target.database} set (slot_name = none)`)
  await target.query(`drop subscription another_${target.database}`)
})

test.serial(
  'REVOKE CONNECT by somebody who did not grant it is a warning, and changes nothing',
  async (t) => {
    const { bed, plan, source } = await withPlan(t)
    const other = `other_of_${source.database}`
    const database = pg.escapeIdentifier(source.database as string)
    await source.query(`create role ${other} login password 'of-a-test'`)
    const url = new URL(servers.source.url(source.database as string, other, 'of-a-test'))
    await t.notThrowsAsync(
      execute(url.href, `revoke connect on database ${database} from public`),
      'the trap: no error',
    )
    await t.notThrowsAsync(bed.connect('source', 'app'), 'the trap: it still can')
    await fence(source, 'source', attemptToken(1), plan)
    await t.throwsAsync(bed.connect('source', 'app'), { message: /not permitted to log in/ })
    await unfence(source, 'source', settledToken(1), plan)
    await source.query(`drop role ${other}`)
  },
)

test.serial('sequences pass the triggers; without LOGIN nobody is there to call them', async (t) => {
  const { bed, plan, source } = await withPlan(t)
  const app = await bed.connect('source', 'app')
  await fence(source, 'source', attemptToken(1), plan)
  await t.throwsAsync(app.query(`select nextval('spare')`), undefined, 'its session is gone')
  const stray = await bed.connect('source', 'superuser')
  await t.notThrowsAsync(stray.query(`select nextval('spare')`), 'the trap: the triggers do not see it')
  await unfence(source, 'source', settledToken(1), plan)
})

test.serial('a fence over 200 tables is one short transaction', async (t) => {
  const { lift, source } = await withPlan(t)
  await source.query(
    `do $$ begin for n in 1..200 loop
       execute format('create table public.many_%s (id int primary key)', n);
       execute format('create trigger lift_fence before insert or update or delete or truncate on public.many_%s for each statement execute function lift.refuse_write()', n);
       execute format('alter table public.many_%s disable trigger lift_fence', n);
     end loop; end $$`,
  )
  const plan = await planFence(lift, lift.source)
  t.true(plan.tables.length > 200)
  await fence(source, 'source', attemptToken(1), plan)
  await t.throwsAsync(
    execute(servers.source.url(source.database as string), 'insert into many_200 values (1)'),
    {
      code: 'LF001',
    },
  )
  await unfence(source, 'source', settledToken(1), plan)
})

test.serial(
  'a fence that did not wait for the disk is there after a crash, once something behind it has waited',
  async (t) => {
    const { bed, plan, source } = await withPlan(t)
    const { rows } = await source.query(`select setting from pg_settings where name = 'synchronous_commit'`)
    t.is(rows[0].setting, 'on', 'what is written behind it waits')
    const crash = async () => {
      await servers.source.stop('immediate')
      await servers.source.start()
      const again = await bed.connect('source', 'superuser')
      return (await again.query('select token::int, state from lift.fence')).rows[0]
    }
    await fence(source, 'source', attemptToken(1), plan)
    await writeNonce(source, 'source', 'behind the fence')
    t.deepEqual(await crash(), { token: attemptToken(1), state: 'fenced' })
    await t.throwsAsync(bed.connect('source', 'app'), { message: /not permitted to log in/ })

    const canary = await openSession(servers.source.url(source.database as string), 'a test')
    await unfence(canary, 'source', settledToken(1), plan, { durable: false })
    await canary.query('insert into lift.canary (epoch, written_at) values (1, now())')
    t.deepEqual(await crash(), { token: settledToken(1), state: 'open' })
    await t.notThrowsAsync(bed.connect('source', 'app'))
  },
)

test.serial('a session that holds a table of a fenced database does not keep it from opening', async (t) => {
  const { bed, plan, source } = await withPlan(t)
  await fence(source, 'source', attemptToken(1), plan)
  const holder = await bed.connect('source', 'superuser')
  await holder.query('begin; lock table payments in share row exclusive mode')
  await unfence(source, 'source', settledToken(1), { ...plan, lockTimeoutMs: 50 })
  await t.throwsAsync(holder.query('select 1'))
  await t.notThrowsAsync(bed.pay())
})

test.serial('lag 0 by sent_lsn says nothing of what has arrived; the drain waits for it', async (t) => {
  const { source, target, lift } = await withPlan(t)
  const blocker = await openAs(servers.target.url(source.database as string))
  await blocker.query('begin; lock table payments in share mode')
  await source.query('insert into public.payments (id) values (701)')
  const slot = (
    await source.query(
      `select slot_name from pg_replication_slots where database = current_database() and slot_name like 'lift%'`,
    )
  ).rows[0].slot_name
  const lagging = () =>
    source.query(
      `select pg_current_wal_flush_lsn() > r.sent_lsn as lags from pg_stat_replication r
       join pg_replication_slots s on s.active_pid = r.pid where s.slot_name = $1`,
      [slot],
    )
  const until = performance.now() + 10_000
  while ((await lagging()).rows[0]?.lags !== false && performance.now() < until) await delay(10)
  t.is((await lagging()).rows[0]?.lags, false, 'the trap: everything is sent')
  t.is((await target.query('select from public.payments where id = 701')).rowCount, 0, 'and nothing is there')
  const nonce = await writeNonce(source, lift.source.side, 'a trap')
  await t.throwsAsync(drain(source, target, slot, nonce, 100), { message: /the drain reached .* in 100 ms/ })
  await blocker.query('rollback')
  await t.notThrowsAsync(drain(source, target, slot, nonce, 10_000))
  await blocker.end()
})
