import test from 'ava'
import {
  CannotCompareError,
  planTables,
  type TableResult,
  verifyAll,
  verifyKeys,
} from '../../../migration/digest/index.ts'
import { databases } from './databases.ts'

const payments = `
  CREATE TABLE payment (id bigint PRIMARY KEY, account int NOT NULL, amount numeric, note text, at timestamptz);
  INSERT INTO payment SELECT i, i % 7, i * 0.01, 'payment ' || i, timestamptz '2026-01-01' + i * interval '1 s'
  FROM generate_series(1, 20000) i;`

const differing = (table: TableResult | undefined) =>
  table?.differing.map(({ key, columns }) => [key, columns])

test('equal tables are equal, with the rows counted', async (t) => {
  const { source, target } = await databases(t, payments)
  const result = await verifyAll(source, target)
  t.true(result.equal)
  t.like(result.tables[0], {
    schema: 'public',
    table: 'payment',
    rows: 20000,
    equal: true,
    keyColumns: ['id'],
  })
})

test('missing, extra and differing rows are named, with their columns', async (t) => {
  const { source, target, onTarget } = await databases(t, payments)
  await onTarget(`DELETE FROM payment WHERE id = 17; INSERT INTO payment VALUES (-5, 1, 1, '', now());
    UPDATE payment SET amount = 123.450, note = note || ' ' WHERE id = 12345`)
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(table?.missing, [['17']])
  t.deepEqual(table?.extra, [['-5']])
  t.deepEqual(table?.differing, [
    {
      key: ['12345'],
      columns: ['amount', 'note'],
      values: {
        amount: { source: '123.45', target: '123.450' },
        note: { source: 'payment 12345', target: 'payment 12345 ' },
      },
    },
  ])
  t.deepEqual(table?.counted, { missing: 1, extra: 1, differing: 1 })
})

test('the 64-bit values that hash_record_extended cannot tell apart are told apart', async (t) => {
  const { source, target, onTarget } = await databases(
    t,
    `CREATE TABLE p (id int PRIMARY KEY, n bigint, at timestamp); INSERT INTO p VALUES (1, -1, now()), (2, 1, '2026-01-01')`,
  )
  await onTarget(`UPDATE p SET n = 4294967295 WHERE id = 1; UPDATE p SET n = 4294967296 WHERE id = 2`)
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(
    table?.differing.map((row) => row.key),
    [['1'], ['2']],
  )
})

test('values exchanged between two rows are seen, under every seed', async (t) => {
  const { source, target, onTarget } = await databases(t, payments)
  await onTarget(`UPDATE payment a SET account = b.account FROM payment b
    WHERE (a.id, b.id) IN ((100, 200), (200, 100))`)
  for (let seed = 0; seed < 20; seed++) {
    const [table] = (await verifyAll(source, target, { seed, jobs: 1 })).tables
    t.deepEqual(differing(table), [
      [['100'], ['account']],
      [['200'], ['account']],
    ])
  }
})

test('a table without a key compares as a multiset', async (t) => {
  const { source, target, onTarget } = await databases(
    t,
    `CREATE TABLE log (at date, line text); INSERT INTO log SELECT '2026-01-01', 'line ' || i % 50 FROM generate_series(1, 5000) i`,
  )
  t.true((await verifyAll(source, target)).equal)
  await onTarget(`DELETE FROM log WHERE ctid = (SELECT min(ctid) FROM log WHERE line = 'line 7');
    INSERT INTO log VALUES (NULL, 'line 8'), ('2026-01-01', 'line 9')`)
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(table?.missing, [['2026-01-01', 'line 7']])
  t.deepEqual(
    [...(table?.extra ?? [])].sort(),
    [
      [null, 'line 8'],
      ['2026-01-01', 'line 9'],
    ].sort(),
  )
})

test('a duplicate of a key is extra', async (t) => {
  const { source, target, onTarget } = await databases(t, payments)
  await onTarget(
    `ALTER TABLE payment DROP CONSTRAINT payment_pkey; INSERT INTO payment SELECT * FROM payment WHERE id = 9`,
  )
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(table?.extra, [['9']])
})

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

test('only the rows of the given keys are compared', async (t) => {
  const { clients, onTarget } = await databases(t, payments)
  const plan = await planTables(clients.source, clients.target)
  await onTarget(`DELETE FROM payment WHERE id = 5; UPDATE payment SET account = 99 WHERE id IN (6, 7)`)
  const changes = new Map([['public.payment', [['5'], ['6'], ['8'], ['no such key'.length.toString()]]]])
  const result = await verifyKeys(clients.source, clients.target, changes, { plan })
  t.false(result.equal)
  t.deepEqual(result.tables[0]?.missing, [['5']])
  t.deepEqual(differing(result.tables[0]), [[['6'], ['account']]])
  const all = await verifyKeys(clients.source, clients.target, new Map([['public.payment', 'all']]), { plan })
  t.deepEqual(all.tables[0]?.counted, { missing: 1, extra: 0, differing: 2 })
})
