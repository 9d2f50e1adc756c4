/**
 * Verification against its floor and its peer, on the same two servers, one after the other: npx tsx
 * benchmarks/verify.ts [--rows 3000000] [--pause-rows 10000000] [--runs 5] [--only table|pause]
 * The peer is data-diff 0.11 from PyPI (pip install data-diff==0.11.2 psycopg2-binary 'dbt-core<1.9' 'pydantic<2'
 * setuptools); DATA_DIFF names its program, and without it the ratio is left out, aloud. Commands are measured whole,
 * from their start to their end, and beside that without what each takes only to print its help.
 */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { holdSnapshot, planTables, verifyAll, verifyKeys } from '../migration/digest/index.ts'
import { createSandbox } from '../rehearsal/host/sandbox.ts'
import { type PostgresServer, startPostgres } from '../rehearsal/postgres/server.ts'
import { quantile, type Target, verdict } from './figures.ts'
import { peakMemory, root } from './process.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '3000000' },
    'pause-rows': { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const [rows, pauseRows, runs] = [values.rows, values['pause-rows'], values.runs].map(Number) as [
  number,
  number,
  number,
]
const dataDiff = process.env['DATA_DIFF'] ?? join(homedir(), '.cache/data-diff/venv/bin/data-diff')

const sandbox = createSandbox('verify-benchmark-')
const settings = { fsync: 'off', shared_buffers: '512MB', max_wal_size: '8GB', autovacuum: 'off' }
const servers = await Promise.all(
  (['source', 'target'] as const).map((side) => startPostgres({ side, sandbox, settings })),
)
const [source, target] = servers.map((server) => server.url('postgres')) as [string, string]
const clients = await Promise.all(servers.map(open))
try {
  const targets = [
    ...(values.only === 'pause' ? [] : await wholeTable()),
    ...(values.only === 'table' ? [] : await inThePause()),
  ]
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
    program(process.execPath, ['start/start.mjs', 'verify', '--site', site, '--recheck', '0'])
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
  const times = new Map<string, number[]>()
  let memoryMiB = 0
  const measure = async (name: string, work: () => Promise<unknown>) => {
    times.set(name, [...(times.get(name) ?? []), await milliseconds(work)])
  }
  const havePeer = existsSync(dataDiff)
  if (!havePeer) process.stdout.write(`data-diff is not there (${dataDiff}): no ratio to it\n`)
  const start = () => program(process.execPath, ['start/start.mjs', 'verify', '--help'])
  await start() // makes the file that is kept
  for (const state of ['equal', 'one row differs']) {
    if (state !== 'equal')
      await clients[1]!.query(`UPDATE payment SET amount = amount + 1 WHERE id = ${Math.floor(rows / 3)}`)
    const expected = state === 'equal' ? 0 : 1
    // In turns: what else the machine does then meets all of them alike.
    for (let i = 0; i < runs; i++) {
      await measure('floor: COPY to /dev/null on both', () =>
        Promise.all(clients.map((client) => client.query(`COPY payment TO '/dev/null'`))),
      )
      await measure('start of the command', start)
      if (havePeer) await measure('start of data-diff', () => program(dataDiff, ['--help']))
      await measure(`in this process, ${state}`, () => verifyAll(source, target))
      await measure(`npm run verify, ${state}`, async () => {
        const { code, err, peakMiB } = await command()
        if (code !== expected) throw new Error(`the command ended with ${code}, not ${expected}: ${err}`)
        memoryMiB = Math.max(memoryMiB, peakMiB)
      })
      if (havePeer) await measure(`data-diff, ${state}`, () => peer(expected))
    }
  }
  const measured: Record<string, number> = {}
  for (const [name, all] of times) {
    measured[name] = quantile(all, 0.5)
    process.stdout.write(`${name}: ${Math.round(measured[name])} ms (median of ${all.length})\n`)
  }
  const m = (name: string) => measured[name] ?? Number.NaN
  const skipped = !havePeer && { skipped: true }
  const ratios = ['equal', 'one row differs'].flatMap((state): Target[] => {
    const [peer, ours] = [m(`data-diff, ${state}`), m(`npm run verify, ${state}`)]
    const afterStart = (peer - m('start of data-diff')) / (ours - m('start of the command'))
    return [
      { name: `times faster than data-diff, ${state}`, value: peer / ours, atLeast: 8, ...skipped },
      { name: `the same without both starts, ${state}`, value: afterStart, atLeast: 8, ...skipped },
    ]
  })
  const toFloor = (name: string) => m(name) / m('floor: COPY to /dev/null on both')
  return [
    ...ratios,
    { name: 'times the floor, in this process', value: toFloor('in this process, equal'), atMost: 2 },
    { name: 'times the floor, whole command', value: toFloor('npm run verify, equal'), atMost: 2 },
    { name: 'peak memory of the command, MiB', value: memoryMiB, atMost: 150 },
  ]
}

/**
 * 1,000 rows are changed on both sides and then verified, on sessions that have done so before and while others hold
 * a snapshot from before the change: as in the pause.
 * In a table and in a larger one: the cost must grow with the changes, not with the table.
 */
async function inThePause(): Promise<Target[]> {
  const smallRows = Math.floor(pauseRows / 10)
  await fill('small', smallRows)
  await fill('large', pauseRows)
  const [ours, theirs] = clients as [pg.Client, pg.Client]
  const plan = await planTables(ours, theirs)
  const holders = await Promise.all(servers.map(open))
  const median = async (table: string, count: number, changes: number, held = true) => {
    const [times, roundTrips]: [number[], number[]] = [[], []]
    for (let i = 0; i < 50; i++) {
      const ids = Array.from({ length: changes }, () => 1 + Math.floor(Math.random() * count))
      if (held) await Promise.all(holders.map(holdSnapshot))
      const change = `UPDATE ${table} SET amount = amount + 1 WHERE id = ANY ('{${ids.join()}}')`
      await Promise.all(clients.map((client) => client.query(change)))
      const keys = [...new Set(ids)].map((id) => [`${id}`])
      roundTrips.push(
        await milliseconds(() => Promise.all(clients.map((client) => client.query('SELECT 1')))),
      )
      times.push(
        await milliseconds(async () => {
          const { equal } = await verifyKeys(ours, theirs, new Map([[`public.${table}`, keys]]), { plan })
          if (!equal) throw new Error('rows that were changed alike were said to differ')
        }),
      )
      await Promise.all(holders.map((holder) => holder.query('ROLLBACK')))
    }
    const [p50, p95, roundTrip] = [quantile(times, 0.5), quantile(times, 0.95), quantile(roundTrips, 0.5)]
    process.stdout.write(
      `${changes} changed rows of ${count}${held ? '' : ', no snapshot held'}: median ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; a round trip ${roundTrip.toFixed(2)} ms\n`,
    )
    return { p50, roundTrip }
  }
  await median('small', smallRows, 1000)
  await median('large', pauseRows, 1000, false)
  const [small, few, large] = [
    await median('small', smallRows, 1000),
    await median('large', pauseRows, 100),
    await median('large', pauseRows, 1000),
  ]
  await Promise.all(holders.map((holder) => holder.end()))
  return [
    { name: `1,000 changed rows of ${pauseRows}, median ms`, value: large.p50, atMost: 20 },
    { name: 'the same in round trips', value: large.p50 / large.roundTrip, atMost: 100 },
    { name: `against ${smallRows} rows, times`, value: large.p50 / small.p50, atMost: 1.5 },
    { name: '1,000 changes against 100, times', value: large.p50 / few.p50, atMost: 10 },
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
  child.stderr.on('data', (data) => (err += data))
  const peakMiB = peakMemory(child)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, out, err, peakMiB: peakMiB() }
}
