/**
 * A table that takes long: npx tsx benchmarks/verify-large.ts [--rows 50000000]
 * The command is killed with SIGKILL in the middle and run again: it must end, read no finished chunk twice, name the
 * one row that differs, and need little memory. Takes about 5 GB of disk for 50 M rows, given back at the end.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createSandbox } from '../rehearsal/host/sandbox.ts'
import { type PostgresServer, startPostgres } from '../rehearsal/postgres/server.ts'
import { verdict } from './figures.ts'
import { peakMemory, root } from './process.ts'

const { values } = parseArgs({ options: { rows: { type: 'string', default: '50000000' } } })
const rows = Number(values.rows)
const changed = Math.floor(rows / 3)

const sandbox = createSandbox('verify-large-')
// With the least WAL a table filled by the transaction that made it writes none.
const settings = {
  fsync: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  shared_buffers: '256MB',
  maintenance_work_mem: '512MB',
}
try {
  const servers = await Promise.all(
    (['source', 'target'] as const).map((side) => startPostgres({ side, sandbox, settings })),
  )
  await Promise.all(servers.map(fill))
  const [source, target] = servers.map((server) => ({ url: server.url('postgres') }))
  const site = join(sandbox.dir, 'site.yaml')
  const journal = join(sandbox.dir, 'journal.jsonl')
  writeFileSync(site, JSON.stringify({ source, target }))
  const args = ['--site', site, '--journal', journal, '--recheck', '0', '--json']
  const finished = () => chunksIn(journal)

  const first = start(args)
  const half = (await chunksOf(servers)) / 2
  while (finished().length < half && first.child.exitCode === null) await delay(50)
  first.child.kill('SIGKILL')
  await first.ended
  const before = finished()
  process.stdout.write(`killed after ${before.length} chunks, ${first.seconds()} s\n`)

  const second = start(args)
  const { code, out } = await second.ended
  const after = finished()
  process.stdout.write(`ended with ${code} after ${after.length} chunks, ${second.seconds()} s\n`)
  const result = JSON.parse(out || '{}')
  const named = result.tables?.[0]?.differing?.map(({ key }: { key: string[] }) => key[0])
  const good = verdict([
    { name: 'chunks finished before it was killed', value: before.length, atLeast: 1 },
    { name: 'chunks read twice', value: after.length - new Set(after).size, atMost: 0 },
    { name: 'rows compared', value: result.tables?.[0]?.rows ?? 0, atLeast: rows },
    { name: 'exit code (1: different)', value: code ?? 255, atLeast: 1, atMost: 1 },
    {
      name: 'the row that differs, found and nothing else',
      value: named?.join() === `${changed}` ? 1 : 0,
      atLeast: 1,
    },
    { name: 'peak memory, MiB', value: Math.max(first.peakMiB(), second.peakMiB()), atMost: 150 },
  ])
  process.exitCode = good ? 0 : 1
} finally {
  await sandbox.close()
}

function start(args: string[]) {
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/verify.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (data) => (out += data))
  const peakMiB = peakMemory(child)
  const ended = new Promise<{ code: number | null; out: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, out })),
  )
  return { child, ended, peakMiB, seconds: () => Math.round((performance.now() - startedAt) / 1000) }
}

/** The names of finished chunks, as often as they are in the journal. */
function chunksIn(journal: string): string[] {
  if (!existsSync(journal)) return []
  return Array.from(
    readFileSync(journal, 'utf8').matchAll(/^\{"chunk":"([^"]+)".*\}$/gm),
    (match) => match[1]!,
  )
}

async function fill(server: PostgresServer): Promise<void> {
  await onServer(server, async (client) => {
    await client.query(`BEGIN;
      CREATE TABLE payment (id bigint NOT NULL, amount int NOT NULL);
      INSERT INTO payment SELECT i, (i * 31) % 1000000 FROM generate_series(1, ${rows}::bigint) i;
      ALTER TABLE payment ADD PRIMARY KEY (id);
      COMMIT`)
    await client.query('VACUUM ANALYZE payment')
    if (server.side === 'target')
      await client.query(`UPDATE payment SET amount = amount + 1 WHERE id = ${changed}`)
  })
  process.stdout.write(`${server.side} is filled\n`)
}

/** About how many chunks both sides have. */
async function chunksOf(servers: readonly PostgresServer[]): Promise<number> {
  const sizes = await Promise.all(
    servers.map((server) =>
      onServer(
        server,
        async (client) => (await client.query(`SELECT pg_relation_size('payment') AS size`)).rows[0].size,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + Math.ceil(size / (64 * 1024 * 1024)), 0)
}

async function onServer<T>(server: PostgresServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(server.url('postgres'))
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
