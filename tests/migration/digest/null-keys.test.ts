/** A key that is one on the source only: the target may hold NULL in it. */
import test from 'ava'
import { planTables, verifyAll } from '../../../migration/digest/index.ts'
import { databases } from './databases.ts'

const lost = 'ALTER TABLE p DROP CONSTRAINT p_pkey, ALTER id DROP NOT NULL'

for (const [key, rows, recheck] of [
  ['text', 100, 2],
  ['bigint', 100, 0],
  // Enough to be read in pieces.
  ['bigint', 60_000, 2],
] as const)
  test(`a row without a key on the target is extra: ${rows} rows by ${key}`, async (t) => {
    const { source, target, onTarget } = await databases(
      t,
      `CREATE TABLE p (id ${key} PRIMARY KEY, note text);
      INSERT INTO p SELECT i, 'payment ' || i FROM generate_series(1, ${rows}) i; ANALYZE p`,
    )
    await onTarget(lost)
    t.true((await verifyAll(source, target)).equal)
    await onTarget(`INSERT INTO p VALUES (NULL, 'more')`)
    const [table] = (await verifyAll(source, target, { recheck })).tables
    t.false(table?.equal)
    t.deepEqual(table?.extra, [[null, 'more']])
    t.deepEqual(table?.keyColumns, [])
    t.regex(table?.notes.join() ?? '', /id may be NULL on the target: .*SET NOT NULL/)
  })

test('NULL in one of several columns of a key is extra', async (t) => {
  const { source, target, clients, onTarget } = await databases(
    t,
    `CREATE TABLE p (id int, region text, note text, CONSTRAINT p_pkey PRIMARY KEY (region, id));
    INSERT INTO p SELECT i, 'eu', 'payment ' || i FROM generate_series(1, 100) i`,
  )
  await onTarget(`${lost}; INSERT INTO p VALUES (NULL, 'eu', 'more')`)
  const [table] = (await verifyAll(source, target, { recheck: 2 })).tables
  t.deepEqual(table?.extra, [[null, 'eu', 'more']])
  // As long as no row holds NULL, the constraint need not be back for the key to be one.
  await onTarget('DELETE FROM p WHERE id IS NULL; ALTER TABLE p ALTER id SET NOT NULL')
  const plan = await planTables(clients.source, clients.target)
  t.is(plan.tables.get('public.p')?.key.length, 2)
})
