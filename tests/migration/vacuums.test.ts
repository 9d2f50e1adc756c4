import test from 'ava'
import { attemptToken, readFenceRow, settledToken } from '../../migration/epoch.ts'
import { fence, unfence } from '../../migration/fence.ts'
import { installLiftSchema } from '../../migration/lift-schema.ts'
import { vacuumsIn } from '../../migration/steps/vacuums.ts'
import { planFence } from '../../migration/switchover/plan.ts'
import { until } from '../until.ts'
import { createTestbed, testServers } from './testbed.ts'

const servers = await testServers()

test.serial('who is no superuser waits for a vacuum to give way, and is told that one runs', async (t) => {
  const bed = await createTestbed(servers)
  const run = await bed.run('source')
  const { client } = run.context.lift.source
  await installLiftSchema(client, 'source', 'open', 500)
  const plan = await planFence(run.context.lift, run.context.lift.source)
  await client.query(`create role keeper; grant usage on schema lift to keeper;
    grant select, update on lift.fence to keeper; alter table public.payments owner to keeper;
    insert into public.payments (made_by) select 1 from generate_series(1, 20000); delete from public.payments`)
  const keeper = await bed.connect('source', 'superuser')
  await keeper.query('set session authorization keeper')

  const slow = await bed.connect('source', 'superuser')
  await slow.query('set vacuum_cost_delay = 100; set vacuum_cost_limit = 1')
  const vacuum = t.throwsAsync(slow.query('vacuum public.payments'), { code: '57014' })
  await until(async () => (await vacuumsIn(keeper)) === 1)
  t.is(await vacuumsIn(client), 0, 'a superuser need not wait')
  await client.query('select pg_cancel_backend(pid) from pg_stat_progress_vacuum')
  await vacuum

  await fence(client, 'source', attemptToken(1), { ...plan, roles: [] })
  // The lock of a vacuum, which goes as late as one of the server's own gives way: after deadlock_timeout, 1 s.
  await slow.query('begin; lock table public.payments in share update exclusive mode')
  const givesWay = new Promise((gone) => setTimeout(gone, 1000)).then(() => slow.query('commit'))
  const tables = plan.tables.filter(({ name }) => name === 'payments')
  await t.notThrowsAsync(unfence(keeper, 'source', settledToken(1), { tables, lockTimeoutMs: 300 }))
  await givesWay
  t.is((await readFenceRow(client)).state, 'open')
  await run.close()
  await bed.close()
})
