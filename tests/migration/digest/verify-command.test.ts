import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import anyOrder, { type ExecutionContext } from 'ava'
import { begin, command } from '../../command.ts'
import { databases } from './databases.ts'

const test = anyOrder.serial
const folder = mkdtempSync(join(tmpdir(), 'verify-command-'))
anyOrder.after.always(() => rmSync(folder, { recursive: true, force: true }))

const rowsOfTable = 30_000
const payments = `
  CREATE TABLE payment (id bigint PRIMARY KEY, card text, amount numeric);
  INSERT INTO payment SELECT i, '4242424242424242', i * 0.01 FROM generate_series(1, 500) i;`
/** Some MiB, so that there are several chunks of 1 MiB. */
const large = `CREATE TABLE large (id bigint PRIMARY KEY, note text);
  INSERT INTO large SELECT i, repeat(md5(i::text), 5) FROM generate_series(1, ${rowsOfTable}) i; ANALYZE large;`

let sites = 0
function siteFile(d: { source: string; target: string }): string {
  const path = join(folder, `site-${++sites}.yaml`)
  writeFileSync(path, JSON.stringify({ source: { url: d.source }, target: { url: d.target } }))
  return path
}

const start = (...args: string[]) => begin('verify', args).child
const run = (...args: string[]) => command('verify', args)

const chunksIn = (journal: string) =>
  existsSync(journal)
    ? readFileSync(journal, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"chunk"')).length
    : 0

async function killAfterChunks(
  t: ExecutionContext,
  chunks: number,
  journal: string,
  args: string[],
): Promise<void> {
  const child = start(...args, '--journal', journal, '--max-rate', '2')
  const gone = new Promise((resolve) => child.on('exit', resolve))
  while (chunksIn(journal) < chunks) {
    if (child.exitCode !== null) return t.fail('it ended before it could be killed')
    await delay(10)
  }
  child.kill('SIGKILL')
  await gone
}

test('equal databases: exit code 0 and a line a table', async (t) => {
  const d = await databases(t, payments)
  const { code, out } = await run('--site', siteFile(d))
  t.regex(out, /^public\.payment {2}500 rows {2}equal\nequal: 1 tables, 500 rows, /)
  t.is(code, 0)
})

test('different: exit code 1, keys, both values with card numbers masked, and the query that shows one', async (t) => {
  const d = await databases(t, payments)
  await d.onTarget(
    `UPDATE payment SET card = '4111111111111111' WHERE id = 3; DELETE FROM payment WHERE id = 4`,
  )
  const site = siteFile(d)
  const { code, out } = await run('--site', site, '--recheck', '2')
  t.is(code, 1)
  t.regex(out, /DIFFERENT: 1 missing on the target, 0 only on the target, 1 differ/)
  t.regex(out, /missing {2}4\n/)
  t.regex(out, /differs {2}3 {2}card: "\*{12}4242" → "\*{12}1111"/)
  t.regex(out, /SELECT \* FROM "public"."payment" WHERE "id" = '3';/)
  t.notRegex(out, /42424242|41111111/)

  const json = await run(
    '--site',
    site,
    '--json',
    '--recheck',
    '0',
    '--table',
    'payment',
    '--where',
    'id < 4',
  )
  t.is(json.code, 1)
  t.like(JSON.parse(json.out), {
    equal: false,
    tables: [{ schema: 'public', table: 'payment', rows: 3, missing: [] }],
  })
  t.notRegex(json.out, /42424242|41111111/)
})

test('no answer: exit code 2 and one line that says what to do', async (t) => {
  const d = await databases(t, payments)
  const role = `reader_${process.pid}`
  await d.both(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
  const refused = async (expected: RegExp, ...args: string[]) => {
    const { code, out, err } = await run(...args)
    t.is(code, 2, err)
    t.is(out, '')
    t.regex(err, expected)
    t.is(err.trim().split('\n').length, 1, err)
  }
  const other = { source: d.source, target: d.servers.target.url(d.name, role, 'secret') }
  await refused(
    /^target: reading public\.payment: permission denied .*; grant SELECT/,
    '--site',
    siteFile(other),
  )
  await refused(/the same database/, '--site', siteFile({ source: d.source, target: d.source }))
  const closed = { source: d.source, target: 'postgres://postgres:x@127.0.0.1:1/x' }
  await refused(/^target: connecting: .*; check host and port/, '--site', siteFile(closed))
  await refused(/exists on neither side/, '--site', siteFile(d), '--table', 'nothing')
  await refused(/column "nothing" does not exist/, '--site', siteFile(d), '--where', 'nothing = 1')
  await refused(/--jobs takes a whole number from 1/, '--site', siteFile(d), '--jobs', 'many')
  await d.onTarget('ALTER TABLE payment ADD COLUMN later int')
  await refused(/column later exists only on the target/, '--site', siteFile(d))
})

test('rows that change at every look are no answer', async (t) => {
  const d = await databases(t, payments)
  let writing = true
  const writer = (async () => {
    for (let i = 0; writing; i++) await d.onTarget(`UPDATE payment SET amount = ${i} WHERE id = 7`)
  })()
  const { code, out } = await run('--site', siteFile(d), '--recheck', '2')
  writing = false
  await writer
  t.regex(out, /1 rows changed at every look: neither equal nor different/)
  t.regex(out, /not settled: /)
  t.is(code, 2)
})

test('a connection that is cut is no answer', async (t) => {
  const d = await databases(t, large)
  const child = start('--site', siteFile(d), '--chunk', '1', '--max-rate', '1', '--jobs', '1')
  let err = ''
  child.stderr?.on('data', (data) => (err += data))
  const ended = new Promise((resolve) => child.on('close', resolve))
  const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'payments-lift verify' AND datname = current_database() AND query LIKE '%ctid%'`
  while (child.exitCode === null && (await d.onTarget(cut)).rows.length === 0) await delay(20)
  t.is(await ended, 2)
  t.regex(err, /^target: .*; the connection was cut: run again/m)
})

test('after kill -9 it goes on, and does not read finished chunks again', async (t) => {
  const d = await databases(t, large)
  const site = siteFile(d)
  const journal = join(folder, 'resume.jsonl')
  const args = ['--site', site, '--chunk', '1', '--jobs', '1']
  await killAfterChunks(t, 4, journal, args)
  writeFileSync(journal, `${readFileSync(journal, 'utf8')}{"chunk": "half a li`)
  const before = new Set(readFileSync(journal, 'utf8').split('\n').slice(0, -1))
  // A row of a finished chunk and one of an unread chunk.
  await d.onTarget(`UPDATE large SET note = 'x' WHERE id IN (${rowsOfTable})`)
  const { code, out } = await run(...args, '--journal', journal, '--recheck', '0')
  t.is(code, 1)
  t.regex(out, new RegExp(`differs  ${rowsOfTable}  note`))
  const chunks = readFileSync(journal, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{"chunk"'))
  const names = chunks.map((line) => JSON.parse(line).chunk)
  t.is(new Set(names).size, names.length, 'no chunk twice')
  t.true([...before].filter((line) => line.startsWith('{"chunk"')).every((line) => chunks.includes(line)))

  // The run came to its end: the next with this file reads everything.
  await d.onTarget(`UPDATE large SET note = repeat(md5(id::text), 5) WHERE id = ${rowsOfTable}`)
  t.is((await run(...args, '--journal', journal)).code, 0)
  const other = await run('--site', site, '--journal', journal, '--where', 'id > 1')
  t.is(other.code, 0, 'a finished journal is no obstacle to another comparison')
})

test('the journal of another comparison is refused', async (t) => {
  const d = await databases(t, large)
  const journal = join(folder, 'other.jsonl')
  const args = ['--site', siteFile(d), '--chunk', '1', '--jobs', '1']
  await killAfterChunks(t, 2, journal, args)
  const { code, err } = await run(...args, '--journal', journal, '--where', 'id > 1')
  t.is(code, 2)
  t.regex(err, /belongs to another comparison/)
})

test('shards read every chunk once between them, and merge answers for the whole', async (t) => {
  const d = await databases(t, large)
  const args = ['--site', siteFile(d), '--chunk', '1']
  await d.onTarget(`DELETE FROM large WHERE id = 17; UPDATE large SET note = '' WHERE id = 29000`)
  const journals = [1, 2, 3].map((n) => join(folder, `shard-${n}.jsonl`))
  for (const [n, journal] of journals.entries()) {
    const { code, out } = await run(...args, '--shard', `${n + 1}/3`, '--journal', journal)
    t.is(code, 0)
    t.regex(out, /no verdict before «merge»/)
  }
  const lines = journals.flatMap((journal) => readFileSync(journal, 'utf8').split('\n'))
  const chunks = lines.filter((line) => line.startsWith('{"chunk"')).map((line) => JSON.parse(line))
  t.is(new Set(chunks.map(({ chunk }) => chunk)).size, chunks.length, 'no chunk twice')
  const rowsOf = (side: string) =>
    chunks
      .filter(({ chunk }) => chunk.startsWith(side))
      .flatMap(({ digest }) => digest)
      .reduce((sum, [, rows]) => sum + rows, 0)
  t.deepEqual([rowsOf('source'), rowsOf('target')], [rowsOfTable, rowsOfTable - 1])
  const merged = await run('merge', ...journals, ...args, '--recheck', '0')
  t.is(merged.code, 1)
  t.regex(merged.out, /missing {2}17\n/)
  t.regex(merged.out, /differs {2}29000 /)
  // A shard that is missing is read by the merge: never taken as equal.
  const two = await run('merge', journals[0]!, journals[1]!, ...args, '--recheck', '0', '--json')
  t.like(JSON.parse(two.out).tables[0], {
    rows: rowsOfTable,
    counted: { missing: 1, extra: 0, differing: 1 },
  })
})

test('an error that nobody foresaw is no answer', async (t) => {
  const d = await databases(t, payments)
  // No folder for the journals can be made there.
  const { code, err } = await command('verify', ['merge', 'x.jsonl', '--site', siteFile(d)], {
    TMPDIR: join(folder, 'nowhere'),
  })
  t.is(code, 2)
  t.regex(err, /^no answer: .*ENOENT.*\n$/)
})

test('the rules of the data are checked on both sides', async (t) => {
  const d = await databases(t, payments)
  const file = join(folder, 'mine.sql')
  writeFileSync(
    file,
    '-- name: no amount above 4\nselect id, card from public.payment where amount > 4 order by id limit 1',
  )
  await d.onTarget('DELETE FROM payment WHERE amount > 4')
  const { code, out } = await run('invariants', '--site', siteFile(d), '--file', file)
  t.is(code, 1)
  t.regex(out, /source {2}BROKEN {2}no amount above 4\n.*"id":401,"card":"\*{12}4242"/)
  t.regex(out, /target {2}holds {3}no amount above 4/)
})
