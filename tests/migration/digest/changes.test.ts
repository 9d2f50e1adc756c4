import test, { type ExecutionContext } from 'ava'
import pg from 'pg'
import { connectAgain, verifyingAgain } from '../../../migration/digest/changes/again.ts'
import { allVisible } from '../../../migration/digest/changes/visible.ts'
import {
  awaitVisible,
  CannotCompareError,
  type Changes,
  type ChangeTracker,
  keepVerified,
  planTables,
  trackChanges,
} from '../../../migration/digest/index.ts'
import { until } from '../../until.ts'
import { type Databases, databases } from './databases.ts'

const tables = `
  CREATE TABLE payment (id bigint PRIMARY KEY, note text, amount numeric);
  CREATE TABLE quote (at timestamptz, "Currency" char(5), rate numeric, PRIMARY KEY (at, "Currency"));
  CREATE TABLE full_row (id int, note text NOT NULL UNIQUE); ALTER TABLE full_row REPLICA IDENTITY FULL;
  CREATE TABLE part (id int, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
  CREATE TABLE part_eu PARTITION OF part FOR VALUES IN ('eu');
  CREATE TABLE keyless (line text); ALTER TABLE keyless REPLICA IDENTITY FULL;
  INSERT INTO payment SELECT i, 'note ' || i, i FROM generate_series(1, 100) i;
  INSERT INTO part VALUES (1, 'eu');`

let slots = 0
const slotName = () => `changes_${process.pid}_${++slots}`

async function tracking(t: ExecutionContext, d: Databases, slot = slotName(), source = d.source) {
  await d.onSource('CREATE PUBLICATION lift FOR ALL TABLES').catch(() => {})
  const plan = await planTables(d.clients.source, d.clients.target)
  const tracker = await trackChanges({ source, publication: 'lift', slot, plan })
  t.teardown(() => tracker.close().catch(() => {}))
  return { tracker, plan, slot }
}

async function upToNow(d: Databases, tracker: ChangeTracker): Promise<void> {
  const { rows } = await d.onSource('SELECT pg_current_wal_flush_lsn()::text AS lsn')
  await tracker.upTo(rows[0].lsn)
}

const taken = (changes: Changes) => Object.fromEntries(changes)

test('inserts, updates and deletes are seen by key, a changed key by both', async (t) => {
  const d = await databases(t, tables)
  const { tracker } = await tracking(t, d)
  await d.onSource(`INSERT INTO payment VALUES (101, 'new', 1); UPDATE payment SET note = 'x' WHERE id = 2;
    DELETE FROM payment WHERE id = 3; UPDATE payment SET id = 400 WHERE id = 4;
    INSERT INTO quote VALUES ('2026-01-01 12:00:00.123456+05', 'EUR', 1);
    INSERT INTO full_row VALUES (1, 'a'); UPDATE full_row SET note = 'b'`)
  await upToNow(d, tracker)
  t.deepEqual(taken(tracker.take().changes), {
    'public.payment': [['101'], ['2'], ['3'], ['4'], ['400']],
    'public.quote': [['2026-01-01 07:00:00.123456+00', 'EUR  ']],
    'public.full_row': [['a'], ['b']],
  })
  t.is(tracker.pending(), 0)
})

test('TRUNCATE and a table without a key mark the whole table; a partition names its table', async (t) => {
  const d = await databases(t, tables)
  const { tracker } = await tracking(t, d)
  await d.onSource(`INSERT INTO payment VALUES (102, '', 1); TRUNCATE payment; INSERT INTO payment VALUES (103, '', 1);
    INSERT INTO keyless VALUES ('x'); UPDATE part SET id = 2 WHERE id = 1`)
  await upToNow(d, tracker)
  t.deepEqual(taken(tracker.take().changes), {
    'public.payment': 'all',
    'public.keyless': 'all',
    'public.part': [
      ['1', 'eu'],
      ['2', 'eu'],
    ],
  })
})

test('what was taken but not settled is there again for another process; what was settled is not', async (t) => {
  const d = await databases(t, tables)
  const { tracker, slot } = await tracking(t, d)
  await d.onSource(`UPDATE payment SET note = 'first' WHERE id = 1`)
  await upToNow(d, tracker)
  tracker.take().settle(new Map())
  await d.onSource(`UPDATE payment SET note = 'second' WHERE id = 2`)
  await upToNow(d, tracker)
  const batch = tracker.take()
  t.deepEqual(taken(batch.changes), { 'public.payment': [['2']] })
  await d.onSource(`UPDATE payment SET note = 'third' WHERE id = 3`)
  await upToNow(d, tracker)
  await tracker.close({ keepSlot: true })

  const { tracker: next } = await tracking(t, d, slot)
  await upToNow(d, next)
  t.deepEqual(taken(next.take().changes), { 'public.payment': [['2'], ['3']] })
})

test('a connection that is cut is made again, and nothing is missed', async (t) => {
  const d = await databases(t, tables)
  const { tracker, slot } = await tracking(t, d)
  for (let i = 1; i <= 3; i++) {
    await d.onSource(`UPDATE payment SET note = 'cut' WHERE id = ${i}`)
    await d.onSource(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}'`,
    )
  }
  await d.onSource(`UPDATE payment SET note = 'last' WHERE id = 9`)
  await upToNow(d, tracker)
  t.deepEqual(taken(tracker.take().changes), { 'public.payment': [['1'], ['2'], ['3'], ['9']] })
})

test('a slot that is gone is no answer', async (t) => {
  const d = await databases(t, tables)
  const { tracker, slot } = await tracking(t, d)
  const { rows } = await d.onSource(`SELECT active_pid FROM pg_replication_slots WHERE slot_name = '${slot}'`)
  const waiting = tracker.upTo('FFFF/0')
  await d.onSource(`DO $$ BEGIN
    PERFORM pg_terminate_backend(${rows[0].active_pid}, 5000);
    PERFORM pg_drop_replication_slot('${slot}'); END $$`)
  const error = await t.throwsAsync(waiting, { instanceOf: CannotCompareError })
  t.regex(error?.message ?? '', /source: following changes in slot .*does not exist/)
  t.throws(() => tracker.take(), { instanceOf: CannotCompareError })
})

test('closing drops the slot', async (t) => {
  const d = await databases(t, tables)
  const { tracker, slot } = await tracking(t, d)
  await tracker.close()
  const { rows } = await d.onSource(`SELECT FROM pg_replication_slots WHERE slot_name = '${slot}'`)
  t.is(rows.length, 0)
})

test('a role with REPLICATION that is no superuser can follow', async (t) => {
  const d = await databases(t, tables)
  const role = `follower_${process.pid}`
  await d.onSource(`CREATE ROLE ${role} LOGIN REPLICATION PASSWORD 'secret'`)
  const { tracker } = await tracking(t, d, slotName(), d.servers.source.url(d.name, role, 'secret'))
  await d.onSource(`DELETE FROM payment WHERE id = 7`)
  await upToNow(d, tracker)
  t.deepEqual(taken(tracker.take().changes), { 'public.payment': [['7']] })
})

test('under replication the changed keys come to agree by themselves; without it they stay', async (t) => {
  const d = await databases(t, tables)
  const { tracker, plan } = await tracking(t, d)
  const link = `link_${process.pid}`
  const conninfo = pg.escapeLiteral(d.source)
  await d.onTarget('TRUNCATE payment, part')
  await d.onTarget(`CREATE SUBSCRIPTION ${link} CONNECTION ${conninfo} PUBLICATION lift`)
  t.teardown(() => d.onTarget(`DROP SUBSCRIPTION ${link}`).catch(() => {}))
  const loop = keepVerified({ tracker, plan, source: d.source, target: d.target })
  for (let i = 0; i < 50; i++) await d.onSource(`UPDATE payment SET amount = ${i} WHERE id % 7 = ${i % 7}`)
  await d.onSource(`DELETE FROM payment WHERE id = 20; INSERT INTO keyless VALUES ('a'), ('a')`)
  await upToNow(d, tracker)
  await until(() => tracker.pending() === 0 && loop.differing.length === 0)

  await d.onTarget(`ALTER SUBSCRIPTION ${link} DISABLE`)
  await d.onSource(`UPDATE payment SET note = 'alone' WHERE id = 31`)
  await until(() => loop.differing.length > 0)
  t.like(loop.differing[0]?.differing[0], { key: ['31'], columns: ['note'] })
  await d.onTarget(`ALTER SUBSCRIPTION ${link} ENABLE`)
  await until(() => tracker.pending() === 0 && loop.differing.length === 0)

  // Just after a round: the next would come later than this.
  await d.onSource(`UPDATE payment SET note = 'last' WHERE id = 32`)
  await upToNow(d, tracker)
  await until(async () => (await d.onTarget(`SELECT FROM payment WHERE note = 'last'`)).rowCount === 1)
  await loop.rest()
  t.is(loop.trouble, undefined)
  t.is(tracker.pending(), 0)
  // What changes from now on is not pruned by who looks at it.
  const held = `SELECT FROM pg_stat_activity WHERE application_name = '${verifyingAgain}' AND backend_xmin IS NOT NULL
    AND datname = current_database()`
  for (const side of [d.onSource, d.onTarget]) t.is((await side(held)).rowCount, 1)
  await loop.stop()
  for (const side of [d.onSource, d.onTarget]) await until(async () => (await side(held)).rowCount === 0)
})

test('what differs is said with the round that saw it, and a round knows only what was added before it began', async (t) => {
  const d = await databases(t, tables)
  const { tracker, plan } = await tracking(t, d)
  await d.onTarget(`UPDATE payment SET note = 'damaged' WHERE id = 5; DELETE FROM payment WHERE id = 6`)
  // A round cannot end while somebody holds the table.
  const holder = new pg.Client(d.target)
  await holder.connect()
  t.teardown(() => holder.end())
  await holder.query('BEGIN; LOCK TABLE payment')
  const loop = keepVerified({ tracker, plan, source: d.source, target: d.target })
  t.teardown(() => loop.stop())
  tracker.add(new Map([['public.payment', [['6']]]]))
  await until(() => loop.rounds.begun === 1)
  tracker.add(new Map([['public.payment', [['5']]]]))
  const before = loop.rounds.begun
  await holder.query('COMMIT')
  await until(() => loop.rounds.ended === before)
  t.deepEqual(loop.differing[0]?.counted, { missing: 1, extra: 0, differing: 0 })
  await until(() => loop.rounds.ended > before)
  t.deepEqual(loop.differing[0]?.counted, { missing: 1, extra: 0, differing: 1 })
})

test('a server that does not answer any more does not hold up the end', async (t) => {
  const d = await databases(t)
  const sessions = await connectAgain(d.source, d.target)
  const { processID } = sessions.target as unknown as { processID: number }
  process.kill(processID, 'SIGSTOP')
  t.teardown(() => process.kill(processID, 'SIGCONT'))
  await t.notThrowsAsync(sessions.end())
})

test('a commit that no snapshot sees yet is waited for', async (t) => {
  const running = (xids: number[]) => allVisible('1000:1010:1003,1007', new Set(xids))
  t.deepEqual([[1002], [1003], [1009], [1010], [1002, 1007]].map(running), [true, false, true, false, false])
  const wrapped = `${2n ** 32n + 5n}:${2n ** 32n + 5n}:`
  t.deepEqual(
    [[2 ** 32 - 1], [4], [5]].map((xids) => allVisible(wrapped, new Set(xids))),
    [true, true, false],
  )

  const d = await databases(t, tables)
  const { rows } = await d
    .onSource('BEGIN; INSERT INTO payment VALUES (900); SELECT pg_current_xact_id()::text AS xid')
    .then((results) => (results as unknown as pg.QueryResult[])[2]!)
  const other = new pg.Client(d.source)
  await other.connect()
  t.teardown(() => other.end())
  let seen = false
  const waiting = awaitVisible(other, new Set([Number(rows[0].xid)])).then(() => (seen = true))
  await other.query('SELECT 1')
  t.false(seen)
  await d.onSource('COMMIT')
  await waiting
  t.true(seen)
})
