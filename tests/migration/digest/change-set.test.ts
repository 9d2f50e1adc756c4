/** What a round that was broken off gives back. */
import test, { type ExecutionContext } from 'ava'
import pg from 'pg'
import { ChangeSet } from '../../../migration/digest/changes/change-set.ts'
import {
  CannotCompareError,
  type ChangeTracker,
  keepVerified,
  planTables,
  verifyPending,
} from '../../../migration/digest/index.ts'
import { until } from '../../until.ts'
import { databases } from './databases.ts'

const relation = { schema: 'public', name: 'payment', columns: ['id'] }

/** A change of payment 1 by a transaction that no snapshot sees, on the source's server. */
async function invisible(t: ExecutionContext) {
  const d = await databases(t, 'CREATE TABLE payment (id int PRIMARY KEY); INSERT INTO payment VALUES (1)')
  const writer = new pg.Client(d.source)
  await writer.connect()
  t.teardown(() => writer.end())
  await writer.query('BEGIN; UPDATE payment SET id = 1')
  const { rows } = await writer.query('SELECT pg_current_xact_id()::text AS xid')
  const xid = Number(rows[0].xid)
  const plan = await planTables(d.clients.source, d.clients.target)
  const set = new ChangeSet(plan)
  set.add({ kind: 'begin', commitLsn: 1n, xid })
  set.add({ kind: 'row', relation, old: undefined, new: ['1'] })
  const tracker = {
    connection: d.source,
    take: () => set.take(),
    pending: () => set.size,
    changed: async () => {},
  } as Partial<ChangeTracker> as ChangeTracker
  return { ...d, plan, set, tracker, xid, writer, options: { tracker, plan, target: d.target } }
}

test('a round that is broken off gives back its keys and the transactions to wait for', async (t) => {
  const { clients, set, options, xid, writer } = await invisible(t)
  const signal = AbortSignal.abort(new Error('enough'))
  await t.throwsAsync(verifyPending(clients, options, { signal }))
  const batch = set.take()
  t.deepEqual([...batch.changes], [['public.payment', [['1']]]])
  t.deepEqual([...batch.xids], [xid])
  batch.settle(batch.changes)

  // What was seen once is seen for good: a key that never agrees does not gather transactions.
  await writer.query('COMMIT; DELETE FROM payment')
  const differing = await verifyPending(clients, options)
  t.deepEqual(differing[0]?.extra, [['1']])
  const again = set.take()
  t.deepEqual([...again.changes], [['public.payment', [['1']]]])
  t.deepEqual([...again.xids], [])
})

test('a transaction that does not become visible is waited for no longer than asked', async (t) => {
  const { clients, set, options, xid } = await invisible(t)
  const error = await t.throwsAsync(verifyPending(clients, options, { visibleWithinMs: 20 }), {
    instanceOf: CannotCompareError,
  })
  t.regex(error?.message ?? '', /^a transaction .* is not visible after 20 ms: .*synchronous_standby_names/)
  t.deepEqual([...set.take().xids], [xid])
})

test('the last round before the pause comes to an end, whatever is not visible', async (t) => {
  const { set, options, xid, source } = await invisible(t)
  const rounds = keepVerified({ ...options, source, visibleWithinMs: 20 })
  t.teardown(() => rounds.stop())
  await until(() => rounds.rounds.begun > 0)
  await rounds.rest()
  t.is(rounds.rounds.ended, 0)
  await rounds.stop()
  t.deepEqual([...set.take().xids], [xid])
})
