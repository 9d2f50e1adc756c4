/** What is no comparison is said, and never taken for equal. */
import test from 'ava'
import { CannotCompareError, planTables, verifyAll } from '../../../migration/digest/index.ts'
import { databases, differing, payments } from './databases.ts'

test('what exists on one side only is no comparison', async (t) => {
  const { source, target, both, onSource, onTarget } = await databases(t, payments)
  await onTarget('ALTER TABLE payment ADD COLUMN later int')
  await onSource('CREATE TABLE only_here (id int PRIMARY KEY)')
  const error = await t.throwsAsync(verifyAll(source, target), { instanceOf: CannotCompareError })
  t.is(
    error?.message,
    `table public.only_here exists only on the source: create it on the target
table public.payment: column later exists only on the target`,
  )
  await both('DROP TABLE IF EXISTS only_here; ALTER TABLE payment DROP COLUMN IF EXISTS later')
  t.true((await verifyAll(source, target)).equal)
})

test('rows that a policy hides are no answer', async (t) => {
  const { source, target, name, servers, both } = await databases(t, payments)
  const role = `limited_${process.pid}`
  await both(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON payment TO ${role};
    ALTER TABLE payment ENABLE ROW LEVEL SECURITY; CREATE POLICY half ON payment USING (id < 100)`)
  const [ours, theirs] = [servers.source, servers.target].map((server) => server.url(name, role, 'secret'))
  const error = await t.throwsAsync(verifyAll(ours!, theirs!), { instanceOf: CannotCompareError })
  t.regex(error?.message ?? '', /row-level security policy/)
  t.true((await verifyAll(source, target)).equal)
})

test('a table that is being rewritten is read as it is afterwards, not as empty', async (t) => {
  const { source, target, clients, both, onSource, onTarget } = await databases(t, payments)
  const plan = await planTables(clients.source, clients.target)
  await both(
    'BEGIN; CREATE TEMP TABLE kept AS TABLE payment; TRUNCATE payment; INSERT INTO payment TABLE kept',
  )
  await onTarget('UPDATE payment SET account = 99 WHERE id = 7')
  const running = verifyAll(source, target, { plan })
  const waiting = `SELECT FROM pg_locks WHERE NOT granted AND relation = 'payment'::regclass`
  for (const on of [onSource, onTarget]) while ((await on(waiting)).rowCount === 0);
  await both('COMMIT')
  const [table] = (await running).tables
  t.is(table?.rows, 20000)
  t.deepEqual(differing(table), [[['7'], ['account']]])
})

test('a definition that changed after the plan is no comparison', async (t) => {
  const { source, target, clients, both, onTarget } = await databases(t, payments)
  const plan = await planTables(clients.source, clients.target)
  await onTarget('ALTER TABLE payment ALTER account TYPE bigint')
  const error = await t.throwsAsync(verifyAll(source, target, { plan }), { instanceOf: CannotCompareError })
  t.regex(error?.message ?? '', /^target: public\.payment changed its definition/)
  await both('ALTER TABLE payment ADD COLUMN more text')
  await t.throwsAsync(verifyAll(source, target, { plan }), { message: /changed its definition/ })
})

test('an aborted comparison ends on the servers too', async (t) => {
  const { source, target, clients, onSource } = await databases(t, payments)
  const plan = await planTables(clients.source, clients.target)
  const abort = new AbortController()
  const running = verifyAll(source, target, { plan, where: 'pg_sleep(1) IS NOT NULL', signal: abort.signal })
  const active = async () =>
    (
      await onSource(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      )
    ).rowCount
  while ((await active()) === 0);
  abort.abort(new Error('stop'))
  await t.throwsAsync(running, { message: 'stop' })
  while ((await active()) !== 0);
  t.pass()
})
