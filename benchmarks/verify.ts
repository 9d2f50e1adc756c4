/**
 * Verification against its floor and its peer, on the same two servers, one after the other: npx tsx
 * benchmarks/verify.ts [--rows 3000000] [--pause-rows 10000000] [--runs 3]
 * The peer is data-diff 0.11 from PyPI; DATA_DIFF names its program, and without it the ratio is left out, aloud.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { planTables, verifyAll, verifyKeys } from '../migration/digest/index.ts'
import { createSandbox } from '../rehearsal/host/sandbox.ts'
import { type PostgresServer, startPostgres } from '../rehearsal/postgres/server.ts'
import { quantile, type Target, verdict } from './figures.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    'pause-rows': { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '3' },
  },
})
const [rows, pauseRows, runs] = [values.rows, values['pause-rows'], values.runs].map(Number) as [
  number,
  number,
  number,
]
const root = fileURLToPath(new URL('..', import.meta.url))
const dataDiff = process.env['DATA_DIFF'] ?? join(homedir(), '.cache/data-diff/venv/bin/data-diff')

const sandbox = createSandbox('verify-benchmark-')
const settings = { fsync: 'off', shared_buffers: '512MB', max_wal_size: '8GB', autovacuum: 'off' }
const servers = await Promise.all(
  (['source', 'target'] as const).map((side) => startPostgres({ side, sandbox, settings })),
)
const [source, target] = servers.map((server) => server.url('postgres')) as [string, string]
const clients = await Promise.all(servers.map(open))
try {
  const targets = [...(await wholeTable()), ...(await inThePause())]
  process.exitCode = verdict(targets) ? 0 : 1
} finally {
  await Promise.all(clients.map((client) => client.end()))
  await sandbox.close()
}

async function wholeTable(): Promise<Target[]> {
  await fill('payment', rows)
  const site = join(sandbox.dir, 'site.yaml')
  writeFileSync(site, JSON.stringify({ source: { url: source }, target: { url: target } }))
  const command = () =>
    program(process.execPath, ['--import', 'tsx', 'scripts/verify.ts', '--site', site, '--recheck', '0'])
  const peer = async (differences: number) => {
    const columns = ['account', 'amount', 'note', 'at'].flatMap((column) => ['-c', column])
    const [ours, theirs] = [source, target].map((url) => url.replace(/^postgres:/, 'postgresql:')) as [
      string,
      string,
    ]
    const { out, err } = await program(dataDiff, [
      ours,
      'payment',
      theirs,
      'payment',
      ...columns,
      '--no-tracking',
      '-j',
      '4',
    ])
    // It ends with 0 on some errors too: only the right answer counts.
    const lines = out.split('\n').filter((line) => /^[+-] /.test(line)).length
    if (lines !== 2 * differences || /ERROR|Traceback/.test(err))
      throw new Error(`data-diff did not answer: ${out}${err}`)
  }
  const measured: Record<string, number> = {}
  let memoryMiB = 0
  const measure = async (name: string, work: () => Promise<unknown>) => {
    const times = []
    for (let i = 0; i < runs; i++) times.push(await milliseconds(work))
    measured[name] = quantile(times, 0.5)
    process.stdout.write(`${name}: ${Math.round(measured[name])} ms (median of ${runs})\n`)
  }
  const havePeer = existsSync(dataDiff)
  if (!havePeer) process.stdout.write(`data-diff is not there (${dataDiff}): no ratio to it\n`)
  await measure('floor: COPY to /dev/null on both', () =>
    Promise.all(clients.map((client) => client.query(`COPY payment TO '/dev/null'`))),
  )
  for (const state of ['equal', 'one row differs']) {
    if (state !== 'equal')
      await clients[1]!.query(`UPDATE payment SET amount = amount + 1 WHERE id = ${Math.floor(rows / 3)}`)
    const expected = state === 'equal' ? 0 : 1
    await measure(`verifyAll, ${state}`, () => verifyAll(source, target))
    await measure(`npm run verify, ${state}`, async () => {
      const { code, err, peakMiB } = await command()
      if (code !== expected) throw new Error(`the command ended with ${code}, not ${expected}: ${err}`)
      memoryMiB = Math.max(memoryMiB, peakMiB)
    })
    if (havePeer) await measure(`data-diff, ${state}`, () => peer(expected))
  }
  const m = (name: string) => measured[name] ?? Number.NaN
  const toFloor = m('verifyAll, equal') / m('floor: COPY to /dev/null on both')
  const ratios = ['equal', 'one row differs'].map((state): Target => {
    const value = m(`data-diff, ${state}`) / m(`npm run verify, ${state}`)
    return {
      name: `times faster than data-diff, ${state}`,
      value,
      atLeast: 8,
      ...(!havePeer && { skipped: true }),
    }
  })
  return [
    ...ratios,
    { name: 'times the floor', value: toFloor, atMost: 2 },
    { name: 'peak memory of the command, MiB', value: memoryMiB, atMost: 150 },
  ]
}

/** 1,000 changed rows, in a table and in one of a third of its rows: the cost must not grow with the table. */
async function inThePause(): Promise<Target[]> {
  await fill('large', pauseRows)
  const [ours, theirs] = clients as [pg.Client, pg.Client]
  const plan = await planTables(ours, theirs)
  const p95 = async (table: string, count: number) => {
    const times = []
    for (let i = 0; i < 50; i++) {
      const keys = Array.from({ length: 1000 }, () => [`${1 + Math.floor(Math.random() * count)}`])
      times.push(
        await milliseconds(() => verifyKeys(ours, theirs, new Map([[`public.${table}`, keys]]), { plan })),
      )
    }
    process.stdout.write(
      `1,000 changed rows of ${count}: ${times.map((time) => time.toFixed(0)).join(' ')} ms\n`,
    )
    return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
  }
  const small = await p95('payment', rows)
  const large = await p95('large', pauseRows)
  return [
    { name: `1,000 changed rows of ${pauseRows}, median ms`, value: large.p50, atMost: 20 },
    {
      name: `1,000 changed rows of ${pauseRows} against ${rows}, times`,
      value: large.p50 / small.p50,
      atMost: 1.5,
    },
  ]
}

async function fill(table: string, count: number): Promise<void> {
  await Promise.all(
    clients.map(async (client) => {
      await client.query(
        `CREATE TABLE ${table} (id bigint PRIMARY KEY, account int NOT NULL, amount int NOT NULL, note text, at timestamptz NOT NULL)`,
      )
      await client.query(`INSERT INTO ${table} SELECT i, (i * 7919) % 100000, (i * 31) % 1000000, 'payment ' || i,
        timestamptz '2026-01-01' + i * interval '1 second' FROM generate_series(1, ${count}::bigint) i`)
      await client.query(`VACUUM ANALYZE ${table}`)
    }),
  )
}

async function open(server: PostgresServer): Promise<pg.Client> {
  const client = new pg.Client(server.url('postgres'))
  await client.connect()
  return client
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

interface Ended {
  code: number | null
  out: string
  err: string
  peakMiB: number
}

/** Runs a program; its peak memory where /proc tells it. */
async function program(path: string, args: string[]): Promise<Ended> {
  const child = spawn(path, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, err] = ['', '']
  child.stdout.on('data', (data) => (out += data))
  let peakMiB = 0
  child.stderr.on('data', (data) => (err += data))
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakMiB = Math.max(peakMiB, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
    } catch {}
  }, 20)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(timer)
  return { code, out, err, peakMiB }
}
