/** The checks of preflight that look at PgBouncer, on a real one, and the trap of a refused login; run by preflight.test.ts. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import type { Site } from '../../../migration/site.ts'
import { startPgbouncer } from '../../../rehearsal/pgbouncer/server.ts'
import { needs } from '../../parts.ts'
import { testSandbox } from '../../postgres.ts'
import { execute } from '../testbed.ts'
import { testEntries } from './pgbouncer-entries.ts'
import { said, type World } from './world.ts'

export interface Gated extends World {
  gate: Extract<Site['gate'], { kind: 'pgbouncer' }>
  ini: string
  /** Rewrites the ini and lets PgBouncer read it. */
  write(change: (text: string) => string): Promise<void>
  end(): Promise<void>
}

async function start(base: World): Promise<Gated> {
  const { servers, database, app } = base
  const pooler = await startPgbouncer({
    name: 'pooler',
    sandbox: testSandbox(),
    database,
    app: { user: app, password: 'of-a-test' },
    ...servers,
  })
  const admin = new pg.Client(pooler.admin)
  await admin.connect()
  return {
    ...base,
    gate: {
      kind: 'pgbouncer',
      database,
      poolers: [{ admin: pooler.admin, ini: pooler.ini }],
      appUrl: pooler.appUrl,
    },
    ini: pooler.ini,
    async write(change) {
      writeFileSync(pooler.ini, change(readFileSync(pooler.ini, 'utf8')))
      await admin.query('reload')
    },
    async end() {
      await admin.end()
      pooler.child.kill('SIGQUIT')
    },
  }
}

interface Case {
  ini?: (text: string, world: Gated) => string
  site?: (world: Gated) => Partial<Site['gate']>
  says: RegExp
}

const replaced = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to)

const cases: Record<string, Case> = {
  'pgbouncer-pool-mode': {
    ini: (text) =>
      text
        .replace('pool_mode = transaction', 'pool_mode = session')
        .replace(/^(pay_1 = .*)$/m, '$1 pool_mode=statement'),
    says: /^PgBouncer at 127.0.0.1:\d+: pool_mode is session → set pool_mode = transaction.*\n.*pool_mode is statement for the database pay_1/,
  },
  'pgbouncer-login-retry': {
    ini: replaced('server_login_retry = 0.1', 'server_login_retry = 15'),
    says: /server_login_retry is 15 s → set server_login_retry = 0.1 in the ini/,
  },
  'pgbouncer-wait-timeout': {
    ini: replaced('query_wait_timeout = 30', 'query_wait_timeout = 2'),
    says: /query_wait_timeout is 2 s, the pause may take 4 s .limits.deadlineMs. → set query_wait_timeout = 8/,
  },
  'pgbouncer-aliases': {
    ini: (text, { servers, database }) =>
      text.replace(
        '[databases]',
        `[databases]\nreports = host=127.0.0.1 port=${servers.source.port} dbname=${database}\n* = host=127.0.0.1 port=${servers.source.port}`,
      ),
    says: /the entry reports leads to the same database, past the gate → .*\n.*the entry \* leads to every database/,
  },
  'pgbouncer-own-socket': {
    site: ({ gate }) => ({ poolers: [...gate.poolers, ...gate.poolers] }),
    says: /it is listed twice under gate.poolers.*\n.*another pooler has the same ini/,
  },
  'pgbouncer-ini': {
    site: ({ gate, ini }) => {
      const other = join(mkdtempSync(join(testSandbox().dir, 'ini-')), 'pgbouncer.ini')
      writeFileSync(
        other,
        readFileSync(ini, 'utf8').replace(/^pay_1 = host=127.0.0.1/m, 'pay_1 = host=10.0.0.1'),
      )
      return { poolers: [{ admin: gate.poolers[0]!.admin, ini: other }] }
    },
    says: /it reads .*, not .*|the ini says 10.0.0.1:\d+, the process sends «pay_1» to 127.0.0.1:\d+/,
  },
  'pgbouncer-side-entries': {
    ini: (text) =>
      text
        .replace(/^pay_1__target = .*$/m, '')
        .replace(/^(pay_1__source = .*) dbname=\S+/m, '$1 dbname=postgres'),
    says: /the entry pay_1__source leads to 127.0.0.1:\d+.postgres, not to the source.*\n.*there is no entry pay_1__target → write/,
  },
}

/** Registers the tests; the world is shared with those of the other checks. */
export function testPgbouncer(shared: World): void {
  const test = needs('pgbouncer')
  let starting: Promise<Gated> | undefined
  const world = () => {
    starting ??= start(shared)
    return starting
  }
  test.after.always(async () => (await starting)?.end())

  test.serial('a clean PgBouncer passes every check', async (t) => {
    const { check, gate } = await world()
    const { outcomes } = await check({ ownGate: true, site: { gate } })
    t.deepEqual(
      outcomes.filter(({ state }) => state !== 'passed').map(({ check: name, state }) => `${name} ${state}`),
      ['rds-replication skipped', 'target-empty skipped'],
    )
  })

  for (const [name, one] of Object.entries(cases)) {
    test.serial(`preflight finds «${name}»`, async (t) => {
      const gated = await world()
      const clean = readFileSync(gated.ini, 'utf8')
      if (one.ini) await gated.write((text) => one.ini!(text, gated))
      const gate = { ...gated.gate, ...one.site?.(gated) } as Site['gate']
      const [outcome] = (await gated.check({ name, ownGate: true, site: { gate } })).outcomes
      await gated.write(() => clean)
      t.is(outcome?.state, 'failed')
      t.regex(said(outcome!), one.says)
    })
  }

  test.serial('preflight finds «gate-login»', async (t) => {
    const { check, gate, on, app } = await world()
    await on('target', `alter role ${app} nologin`)
    const [outcome] = (await check({ name: 'gate-login', ownGate: true, site: { gate } })).outcomes
    await on('target', `alter role ${app} login`)
    t.is(outcome?.state, 'failed')
    t.regex(
      said(outcome!),
      /^gates to the target: the application cannot log in to the target database through PgBouncer/,
    )
  })

  testEntries(world)

  test.serial(
    'one refused login freezes a pool for server_login_retry, and no command helps; with ours it is over at once',
    async (t) => {
      const { write, gate, servers, database, app, ini } = await world()
      const clean = readFileSync(ini, 'utf8')
      const superuser = servers.source.url('postgres')
      const admin = new pg.Client(gate.poolers[0]!.admin)
      await admin.connect()
      const answeredAfterRefusal = async (waitMs: number) => {
        await execute(superuser, `alter role ${app} nologin`)
        await admin.query(`kill ${database}`)
        await admin.query(`resume ${database}`)
        await t.throwsAsync(execute(gate.appUrl, 'select 1'))
        await execute(superuser, `alter role ${app} login`)
        for (const command of ['reload', `reconnect ${database}`]) await admin.query(command)
        await admin.query(`resume ${database}`).catch(() => {})
        const client = new pg.Client({
          connectionString: gate.appUrl,
          query_timeout: waitMs,
          connectionTimeoutMillis: waitMs,
        })
        client.on('error', () => {})
        try {
          await client.connect()
          await client.query('select 1')
          return true
        } catch {
          return false
        } finally {
          client.end().catch(() => {})
        }
      }
      await write((text) =>
        text
          .replace('server_login_retry = 0.1', 'server_login_retry = 300')
          .replace('query_wait_timeout = 30', 'query_wait_timeout = 1'),
      )
      t.false(await answeredAfterRefusal(1500))
      await write(() => clean)
      t.true(await answeredAfterRefusal(20_000))
      await admin.end()
    },
  )
}
