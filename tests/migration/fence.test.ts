import test from 'ava'
import { attemptToken, readFenceRow, StaleTokenError, settledToken } from '../../migration/epoch.ts'
import { fence, unfence } from '../../migration/fence.ts'
import { installLiftSchema, unfencedTables } from '../../migration/lift-schema.ts'
import { planFence } from '../../migration/switchover/plan.ts'
import { createTestbed, testServers } from './testbed.ts'

const servers = await testServers()

async function fencedSource() {
  const bed = await createTestbed(servers)
  const run = await bed.run('source')
  const { client } = run.context.lift.source
  await client.query('create table public.parts (id int, made_at date) partition by range (made_at)')
  await client.query(
    `create table public.parts_2026 partition of public.parts for values from ('2026-01-01') to ('2027-01-01')`,
  )
  await installLiftSchema(client, 'source', 'open', 500)
  const plan = await planFence(run.context.lift, run.context.lift.source)
  const end = async () => {
    await run.close()
    await bed.close()
  }
  return { bed, client, plan, end }
}

const writes = [
  `insert into public.payments (id) values (7)`,
  `update public.payments set made_by = 0 where false`,
  `delete from public.payments where false`,
  `truncate public.payments`,
  `insert into public.parts values (1, '2026-02-01')`,
  `insert into public.parts_2026 values (1, '2026-02-01')`,
]

test.serial(
  'a fenced database refuses every write, also of superusers and over read-only overrides',
  async (t) => {
    const { bed, client, plan, end } = await fencedSource()
    const stray = await bed.connect('source', 'superuser')
    for (const write of writes) await t.notThrowsAsync(stray.query(write), write)
    await fence(client, 'source', attemptToken(1), plan)
    await stray.query('set default_transaction_read_only = off')
    for (const write of writes) await t.throwsAsync(stray.query(write), { code: 'LF001' }, write)
    await t.throwsAsync(bed.connect('source', 'app'), { message: /not permitted to log in/ })
    await unfence(client, 'source', settledToken(1), plan)
    for (const write of writes) await t.notThrowsAsync(stray.query(write), write)
    await t.notThrowsAsync(bed.connect('source', 'app'))
    await end()
  },
)

test.serial('sessions of the application are gone when the fence returns', async (t) => {
  const { bed, client, plan, end } = await fencedSource()
  const sessions = await Promise.all(Array.from({ length: 20 }, () => bed.connect('source', 'app')))
  await fence(client, 'source', attemptToken(1), plan)
  const { rows } = await client.query(
    'select count(*)::int as n from pg_stat_activity where usename = any ($1)',
    [plan.roles],
  )
  t.is(rows[0].n, 0)
  for (const session of sessions) await t.throwsAsync(session.query('select 1'))
  await end()
})

test.serial('fencing twice forgets no role that had LOGIN', async (t) => {
  const { bed, client, plan, end } = await fencedSource()
  await fence(client, 'source', attemptToken(1), plan)
  await fence(client, 'source', attemptToken(1), plan)
  t.deepEqual((await readFenceRow(client)).saved, plan.roles)
  await unfence(client, 'source', settledToken(1), plan)
  await t.notThrowsAsync(bed.connect('source', 'app'))
  await end()
})

test.serial('an act of a settled or older switchover is refused and changes nothing', async (t) => {
  const { client, plan, end } = await fencedSource()
  await fence(client, 'source', attemptToken(2), plan)
  await unfence(client, 'source', settledToken(2), plan)
  for (const token of [attemptToken(2), settledToken(1), attemptToken(1)]) {
    await t.throwsAsync(fence(client, 'source', token, plan), { instanceOf: StaleTokenError })
    await t.throwsAsync(unfence(client, 'source', token, plan), { instanceOf: StaleTokenError })
  }
  t.like(await readFenceRow(client), { token: settledToken(2), state: 'open' })
  await end()
})

test.serial(
  'a table held by a transaction stops the fence within its lock time-out, and nothing is fenced',
  async (t) => {
    const { bed, client, plan, end } = await fencedSource()
    const holder = await bed.connect('source', 'superuser')
    await holder.query('begin; insert into public.payments (id) values (70)')
    await t.throwsAsync(fence(client, 'source', attemptToken(1), { ...plan, lockTimeoutMs: 50 }), {
      code: '55P03',
    })
    await holder.query('commit')
    t.is((await readFenceRow(client)).state, 'open')
    await t.notThrowsAsync(holder.query('insert into public.payments (id) values (71)'))
    await end()
  },
)

test.serial(
  'a table made after the fence was installed is found, and joins in the state the fence has',
  async (t) => {
    const { bed, client, plan, end } = await fencedSource()
    await fence(client, 'source', attemptToken(1), plan)
    const stray = await bed.connect('source', 'superuser')
    await stray.query('create table public.late (id int primary key)')
    t.deepEqual(
      (await unfencedTables(client)).map(({ schema, name }) => ({ schema, name })),
      [{ schema: 'public', name: 'late' }],
    )
    await installLiftSchema(client, 'source', 'open', 500)
    t.deepEqual(await unfencedTables(client), [])
    await t.throwsAsync(stray.query('insert into public.late values (1)'), { code: 'LF001' })
    await end()
  },
)

test.serial('a role that the runbooks log in as is not taken for one of the application', async (t) => {
  const bed = await createTestbed(servers)
  const run = await bed.run('source')
  const { lift } = run.context
  const owner = new URL(bed.site.source.url).username
  await t.throwsAsync(planFence({ ...lift, site: { ...lift.site, appRoles: [owner] } }, lift.source), {
    message: new RegExp(`appRoles names ${owner}, as which the runbooks or replication log in`),
  })
  // An address without a user: who it is says the session.
  const nameless = { url: bed.site.source.url.replace(/\/\/[^@]*@/, '//') }
  const site = { ...lift.site, source: nameless, target: nameless, appRoles: [owner] }
  const side = { ...lift.source, replicationUrl: nameless.url }
  await t.throwsAsync(planFence({ ...lift, site, source: side, target: side }, side), { message: /appRoles/ })
  await run.close()
  await bed.close()
})
