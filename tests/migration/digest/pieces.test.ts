import test from 'ava'
import type pg from 'pg'
import { planTables, verifyAll } from '../../../migration/digest/index.ts'
import { seedsFrom } from '../../../migration/digest/plan/hash.ts'
import { type Bucketing, type Digest, digestOf } from '../../../migration/digest/scan/buckets.ts'
import { type Chunk, chunksOf } from '../../../migration/digest/scan/chunks.ts'
import { digestPieces } from '../../../migration/digest/scan/pieces.ts'
import { rows } from '../../../migration/digest/session.ts'
import { digestSql } from '../../../migration/digest/sql.ts'
import { type Databases, databases, differing } from './databases.ts'

const seeds = seedsFrom(7)
const mebibyte = 1024 * 1024
const bucketing: Bucketing = { kind: 'range', bits: 13 }

/** About 400 blocks, in the order of the key, which begins below zero. */
const inOrder = `CREATE TABLE p (id bigint PRIMARY KEY, amount int NOT NULL, note text, at timestamptz);
  INSERT INTO p SELECT i, i * 31, NULLIF('payment ' || i, 'payment 77'), timestamptz '2026-01-01' + i * interval '1 second'
    FROM generate_series(-10000, 29999) i; ANALYZE p`

/** What the pieces of the source's chunks say and what GROUP BY says, chunk by chunk. */
async function readBoth(d: Databases, where: string, chunkMebibytes: number) {
  const { source, target } = d.clients
  const table = (await planTables(source, target)).tables.get('public.p')!
  const query = (sql: string) => rows(source, sql)
  const chunks = await chunksOf(source, 'source', table, chunkMebibytes * mebibyte)
  const compared: { chunk: Chunk; pieces: Digest | undefined; grouped: Digest }[] = []
  for (const chunk of chunks) {
    const condition = `${chunk.condition} AND (${where})`
    compared.push({
      chunk,
      pieces: await digestPieces(query, chunk, bucketing, { seeds, where }),
      grouped: digestOf(await query(digestSql(table, seeds, bucketing, chunk.from, condition))),
    })
  }
  return compared
}

const sorted = (digest: Digest | undefined) => digest && [...digest].sort(([a], [b]) => Number(a - b))

for (const [name, change, where] of [
  ['as it was filled', '', 'true'],
  ['with rows that have moved to its end', 'UPDATE p SET amount = 0 WHERE id % 5000 = 0', 'true'],
  ['with pages that hold no row', 'DELETE FROM p WHERE id BETWEEN 100 AND 9000', 'true'],
  [
    'with columns that go into a record',
    'ALTER TABLE p ADD price numeric(12,2) DEFAULT 1.50, ADD tags text[]',
    'true',
  ],
  ['under a condition', '', 'amount % 2 = 0 AND id > 5'],
] as const)
  test(`pieces hold what GROUP BY finds: a table in the order of its key, ${name}`, async (t) => {
    const d = await databases(t, `${inOrder}; ${change}`)
    const [whole, ...none] = await readBoth(d, where, 64)
    t.deepEqual(none, [])
    t.true(whole!.grouped.size >= 3)
    t.deepEqual(sorted(whole!.pieces), sorted(whole!.grouped))
  })

test('every chunk of a table is read in pieces, the last to its very end', async (t) => {
  const d = await databases(t, inOrder)
  const read = await readBoth(d, 'true', 2)
  t.true(read.length >= 2)
  const large = read.filter(({ pieces }) => pieces)
  t.is(large.length, read.filter(({ chunk }) => chunk.blocks!.count >= 256).length)
  for (const { pieces, grouped } of large) t.deepEqual(sorted(pieces), sorted(grouped))
  // A table that has grown since its size was read.
  const { chunk } = (await readBoth(d, 'true', 64))[0]!
  await d.onSource(`INSERT INTO p SELECT i, 1, 'late', now() FROM generate_series(30000, 45000) i`)
  const digest = await digestPieces((sql) => rows(d.clients.source, sql), chunk, bucketing, {
    seeds,
    where: 'true',
  })
  const count = [...digest!.values()].reduce((sum, { rows: n }) => sum + n, 0)
  t.is(count, 55_001)
})

test('a table whose rows lie anywhere is left to GROUP BY', async (t) => {
  const d = await databases(
    t,
    `CREATE TABLE p (id int PRIMARY KEY, note text); INSERT INTO p SELECT (i * 7919::bigint) % 60000, 'payment ' || i
      FROM generate_series(0, 59999) i; ANALYZE p`,
  )
  const { pieces, grouped } = (await readBoth(d, 'true', 64))[0]!
  t.is(pieces, undefined)
  t.true(grouped.size > 1)
})

test('the servers read a piece by its blocks, never the whole table or its key', async (t) => {
  const d = await databases(t, inOrder)
  const asked: string[] = []
  const { source, target } = d.clients
  const table = (await planTables(source, target)).tables.get('public.p')!
  const [chunk] = (await chunksOf(source, 'source', table, 64 * mebibyte)) as [Chunk]
  const query = (sql: string) => {
    asked.push(sql)
    return rows(source, sql)
  }
  await digestPieces(query, chunk, bucketing, { seeds, where: 'true' })
  t.is(asked.length, 3)
  for (const client of [source, target] as pg.Client[]) {
    await client.query('BEGIN; SET LOCAL enable_sort = off; SET LOCAL jit = off')
    for (const sql of asked) {
      const plan = (await rows(client, `EXPLAIN ${sql}`)).join('\n')
      t.regex(plan, /Tid Range Scan on p\b/)
      t.notRegex(plan, /Seq Scan|Index/)
    }
    await client.query('ROLLBACK')
  }
})

test('one row among many that differs is found through the pieces', async (t) => {
  const { source, target, onTarget } = await databases(t, inOrder)
  t.like(await verifyAll(source, target), { equal: true })
  await onTarget(
    `UPDATE p SET at = at + interval '1 microsecond' WHERE id = 12345; DELETE FROM p WHERE id = -9999`,
  )
  const [table] = (await verifyAll(source, target)).tables
  t.deepEqual(differing(table), [[['12345'], ['at']]])
  t.deepEqual(table?.missing, [['-9999']])
  t.is(table?.rows, 40_000)
})
