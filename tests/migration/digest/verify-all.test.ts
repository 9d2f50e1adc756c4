import test from 'ava'
import { planTables, verifyAll, verifyKeys } from '../../../migration/digest/index.ts'
import { databases, differing, payments } from './databases.ts'

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

test('they are told apart in a table of more columns than are chained, too', async (t) => {
  const columns = Array.from({ length: 66 }, (_, i) => `c${i + 1}`)
  const { source, target, onTarget } = await databases(
    t,
    `CREATE TABLE p (id int PRIMARY KEY, ${columns.map((name) => `${name} bigint`).join(', ')});
    INSERT INTO p VALUES (1, ${columns.map(() => -1).join(', ')})`,
  )
  t.true((await verifyAll(source, target)).equal)
  for (const name of ['c1', 'c66']) {
    await onTarget(`UPDATE p SET ${name} = 4294967295`)
    t.deepEqual(differing((await verifyAll(source, target)).tables[0]), [[['1'], [name]]])
    await onTarget(`UPDATE p SET ${name} = -1`)
  }
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

for (const key of ['bigint', 'text COLLATE "C"']) {
  test(`more differences than can be listed end the search, and say so: ${key}`, async (t) => {
    const { source, target, onTarget } = await databases(
      t,
      `CREATE TABLE p (id ${key} PRIMARY KEY, n int); INSERT INTO p SELECT i, i FROM generate_series(1, 90000) i; ANALYZE p`,
    )
    await onTarget('UPDATE p SET n = -n; DELETE FROM p WHERE n % 2 = 0')
    const [table] = (await verifyAll(source, target, { maxKeys: 5000, maxRowsExplained: 3 })).tables
    t.false(table?.complete)
    const { missing, extra, differing } = table!.counted
    t.true(missing + extra + differing >= 5000 && missing + extra + differing < 90000)
    t.deepEqual(table?.differing.map((row) => row.columns.length).slice(0, 4), [1, 1, 1, 0])
    const all = (await verifyAll(source, target, { maxRowsExplained: 0 })).tables[0]
    t.deepEqual([all?.complete, all?.counted], [true, { missing: 45000, extra: 0, differing: 45000 }])
  })
}

test('one far key leaves all others in one bucket, which is split until the row is found', async (t) => {
  const { source, target, onTarget } = await databases(
    t,
    `CREATE TABLE p (id bigint PRIMARY KEY, n int); ANALYZE p;
    INSERT INTO p SELECT i, i FROM generate_series(1, 90000) i; INSERT INTO p VALUES (-9223372036854775808, 1), (9223372036854775807, 1)`,
  )
  await onTarget('UPDATE p SET n = 0 WHERE id IN (45678, 9223372036854775807)')
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(differing(table), [
    [['45678'], ['n']],
    [['9223372036854775807'], ['n']],
  ])
})

test('partitions count as their table, whatever partitions the other side has', async (t) => {
  const { source, target, onSource, onTarget } = await databases(t)
  const table = 'CREATE TABLE p (id int, region text, n int, PRIMARY KEY (id, region))'
  const rows = `INSERT INTO p SELECT i, (ARRAY['eu', 'us'])[i % 2 + 1], i FROM generate_series(1, 5000) i`
  await onSource(`${table} PARTITION BY LIST (region); CREATE TABLE p_eu PARTITION OF p FOR VALUES IN ('eu');
    CREATE TABLE p_us PARTITION OF p FOR VALUES IN ('us') PARTITION BY RANGE (id);
    CREATE TABLE p_us_1 PARTITION OF p_us FOR VALUES FROM (0) TO (2500); CREATE TABLE p_us_2 PARTITION OF p_us DEFAULT; ${rows}`)
  await onTarget(`${table}; ${rows}`)
  t.like(await verifyAll(source, target), { equal: true, tables: [{ table: 'p', rows: 5000 }] })
  await onTarget('UPDATE p SET n = 0 WHERE id = 3001')
  t.deepEqual(differing((await verifyAll(source, target)).tables[0]), [[['3001', 'us'], ['n']]])
})

test('two encodings of one text are equal', async (t) => {
  const { source, target, clients, onTarget } = await databases(
    t,
    `CREATE TABLE p (note text PRIMARY KEY, names text[], e "char")`,
    { source: `ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0` },
  )
  for (const client of Object.values(clients))
    await client.query(`INSERT INTO p VALUES ('naïve', '{é,ü}', 'x'), ('plain', '{a}', NULL)`)
  t.true((await verifyAll(source, target)).equal)
  await onTarget(`UPDATE p SET names = '{é,u}'`)
  t.deepEqual(differing((await verifyAll(source, target)).tables[0]), [
    [['naïve'], ['names']],
    [['plain'], ['names']],
  ])
})

test('tables that inherit are compared each by its own rows', async (t) => {
  const { source, target, clients, onTarget } = await databases(
    t,
    `CREATE TABLE parent (id int PRIMARY KEY, n int); CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
    INSERT INTO parent SELECT i, i FROM generate_series(1, 100) i; INSERT INTO child SELECT i, i FROM generate_series(1, 200) i`,
  )
  await onTarget('UPDATE child SET n = 0 WHERE id = 5')
  const result = await verifyAll(source, target)
  t.deepEqual(
    result.tables.map(({ table, rows }) => [table, rows]),
    [
      ['child', 200],
      ['parent', 100],
    ],
  )
  t.deepEqual(differing(result.tables[0]), [[['5'], ['n']]])
  t.true(result.tables[1]?.equal)
  const plan = await planTables(clients.source, clients.target)
  const changes = new Map([['public.parent', [['5']]]])
  t.true((await verifyKeys(clients.source, clients.target, changes, { plan })).equal)
})

test('a column type that differs is said, and values compare as text', async (t) => {
  const { source, target, onTarget } = await databases(
    t,
    `CREATE TABLE p (id int PRIMARY KEY, n int, note varchar(20)); INSERT INTO p VALUES (1, 2, 'a'), (2, NULL, NULL)`,
  )
  await onTarget('ALTER TABLE p ALTER id TYPE bigint, ALTER n TYPE numeric, ALTER note TYPE text')
  const [table] = (await verifyAll(source, target)).tables
  t.true(table?.equal)
  t.deepEqual(table?.notes, [
    'column id: integer on the source, bigint on the target',
    'column n: integer on the source, numeric on the target',
    'column note: character varying on the source, text on the target',
  ])
})
