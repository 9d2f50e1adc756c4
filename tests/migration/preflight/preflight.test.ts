/** Every check of preflight finds what it is for, on real servers, and passes again once that is mended. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import pg from 'pg'
import { attemptToken } from '../../../migration/epoch.ts'
import type { Side } from '../../../migration/gate/gate.ts'
import { failureText, remarks } from '../../../migration/preflight/report.ts'
import { failures, groups } from '../../../migration/preflight/run.ts'
import { execute } from '../testbed.ts'
import { testPgbouncer } from './pgbouncer.ts'
import {
  asWeak,
  type CheckOptions,
  createWorld,
  journalOfNobody,
  said,
  unlinked,
  type World,
} from './world.ts'

const world = await createWorld()
test.after.always(() => world.bed.close())

interface Case {
  /** SQL that breaks a side, and SQL that mends it. */
  source?: [string, string]
  target?: [string, string]
  /** What SQL cannot break; returns how to mend it. */
  breaks?: (world: World) => Promise<() => Promise<unknown>>
  /** A site or direction in which it fails. */
  with?: (world: World) => CheckOptions | Promise<CheckOptions>
  /** What it says: side, object, problem, mend. */
  says: RegExp
}

const table = (columns: string): [string, string] => [
  `create table public.broken (${columns})`,
  'drop table public.broken',
]
const setting =
  (side: Side, name: string, value: string) =>
  async ({ setting }: World) => {
    await setting(side, name, value)
    return () => setting(side, name, undefined)
  }
const holding =
  (sql: string) =>
  async ({ bed }: World) => {
    const session = await bed.connect('source', 'superuser')
    await session.query(sql)
    return () => session.end()
  }
const toUnfit =
  (database = 'postgres') =>
  ({ bed, unfit }: World): CheckOptions => ({
    site: { target: { url: unfit.url(database) }, source: bed.site.source },
  })
const unfitDatabase =
  (name: string, options: string) =>
  async ({ unfit }: World) => {
    await execute(unfit.url('postgres'), `create database ${name} template template0 ${options}`)
    return async () => {}
  }
const fdw = `create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;`
const noFdw = 'drop extension postgres_fdw cascade'

const cases: Record<string, Case> = {
  versions: { with: toUnfit(), says: /^target: PostgreSQL 13; a target is 14 to 18/ },
  'two-databases': {
    with: ({ bed }) => ({ site: { target: bed.site.source } }),
    says: /source and target are the same database/,
  },
  'wal-level': { with: toUnfit(), says: /^target: wal_level is replica → set wal_level = logical/ },
  'replication-slots': { with: toUnfit(), says: /^target: 0 replication slots are free, 2 are needed/ },
  'wal-senders': { with: toUnfit(), says: /^target: 0 WAL senders are free, 2 are needed/ },
  'replication-workers': {
    with: toUnfit(),
    says: /^target: 0 workers for subscriptions are free .max_worker_processes is 2/,
  },
  encoding: {
    breaks: unfitDatabase('latin', `encoding 'LATIN1'`),
    with: toUnfit('latin'),
    says: /encoding: UTF8 on the source, LATIN1 on the target/,
  },
  collation: {
    breaks: unfitDatabase('sorted', `lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`),
    with: toUnfit('sorted'),
    says: /collation: c c on the source, c.utf8 c.utf8 on the target/,
  },
  'session-settings': {
    target: [
      `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
      `do $$ begin execute format('alter database %I reset timezone', current_database()); end $$`,
    ],
    says: /timezone: \S+ on the source, Asia.Tokyo on the target → set timezone alike/,
  },
  'wal-retention': {
    breaks: setting('source', 'max_slot_wal_keep_size', '10MB'),
    says: /^source: a slot keeps no more than 10 MB of WAL/,
  },
  'synchronous-standbys': {
    breaks: setting('target', 'synchronous_standby_names', 'nobody'),
    says: /^target: commits wait for «nobody» .*no such standby follows/,
  },
  failover: {
    async breaks({ servers }) {
      const standby = new pg.Client({
        connectionString: servers.source.url('postgres'),
        application_name: 'standby-2',
        replication: 'true',
      } as pg.ClientConfig)
      standby.on('error', () => {})
      await standby.connect()
      const { rows } = await standby.query('IDENTIFY_SYSTEM')
      standby.query(`START_REPLICATION PHYSICAL ${rows[0].xlogpos}`).catch(() => {})
      const admin = servers.source.url('postgres')
      const there = async () =>
        (await execute(admin, `select pid from pg_stat_replication where application_name = 'standby-2'`))
          .rows[0]?.pid
      while (!(await there()));
      return async () => {
        await execute(admin, `select pg_terminate_backend(${await there()})`)
        while (await there());
        await standby.end().catch(() => {})
      }
    },
    says: /^source, standby-2: a standby follows this server and could take over → forbid failover/,
  },
  'reach-source': {
    with: ({ bed }) => ({
      site: { source: { ...bed.site.source, replicationUrl: 'postgres://postgres@127.0.0.1:1/pay' } },
    }),
    says: /^target: cannot subscribe to the source: .* → give source.replicationUrl an address that the target server reaches/,
  },
  'reach-target': {
    with: ({ servers, database, bed }) => ({
      site: {
        target: { ...bed.site.target, replicationUrl: servers.target.url(database, 'weak', 'of-a-test') },
      },
    }),
    says: /^source: cannot subscribe to the target: .*(replication role|REPLICATION attribute)/is,
  },
  'migration-role': {
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /source: the role weak may not take LOGIN from roles → alter role … createrole\nsource: the role weak may not end sessions/,
  },
  'table-rights': {
    with: (world) => ({ site: asWeak(world, 'target') }),
    says: /^target, public.payments: belongs to postgres, not to weak → grant postgres to weak/,
  },
  'set-role': {
    with: (world) => ({ site: asWeak(world, 'target') }),
    says: /^target: weak may not SET ROLE to postgres, who owns tables/,
  },
  'sequence-rights': {
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /source, public.spare: weak may not read and set it/,
  },
  'roles-exist': {
    source: [
      'create role only_here login; grant select on public.payments to only_here',
      'revoke all on public.payments from only_here; drop role only_here',
    ],
    says: /^target: the role only_here is missing; the source has it → create role "only_here" login password/,
  },
  'writing-roles': {
    with: () => ({ site: { appRoles: ['nobody_here'] } }),
    says: /^target: the role nobody_here writes on the source and does not exist here/,
  },
  'replica-role-setting': {
    source: [
      'alter role weak set session_replication_role = replica',
      'alter role weak reset session_replication_role',
    ],
    says: /^source, weak: its sessions start with session_replication_role = replica/,
  },
  'flush-position': {
    source: [
      'revoke execute on function pg_current_wal_flush_lsn() from public',
      'grant execute on function pg_current_wal_flush_lsn() to public',
    ],
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /^source: pg_current_wal_flush_lsn\(\) does not work: permission denied/,
  },
  'rds-replication': {
    target: ['create role rds_replication', 'drop role rds_replication'],
    with: ({ servers, database, bed }) => ({
      site: {
        target: { ...bed.site.target, replicationUrl: servers.target.url(database, 'weak', 'of-a-test') },
      },
    }),
    says: /^target, weak: this role is no member of rds_replication → grant rds_replication to weak/,
  },
  'has-tables': {
    with: async (world) => ({ site: await unlinked(world, { source: '', target: '' }) }),
    says: /^source: the database has no tables/,
  },
  'replica-identity': {
    source: table('a int, primary key (a) deferrable'),
    says: /^source, public.broken: no primary key by which rows are found .a deferrable one does not count/,
  },
  'full-comparable': {
    source: [
      `create type public.pair as (a int, b xml[]); create table public.broken (a int, j json, p public.pair, jb jsonb, v varchar, t text[]); alter table public.broken replica identity full`,
      'drop table public.broken; drop type public.pair',
    ],
    says: /^source, public.broken: .*j has the type json, which cannot be compared .*\nsource, public.broken: .*p has the type xml[^\n]*$/,
  },
  'full-without-key': {
    source: [
      `${table('a int')[0]}; alter table public.broken replica identity full; insert into public.broken select generate_series(1, 10001); analyze public.broken`,
      'drop table public.broken',
    ],
    says: /^source, public.broken: REPLICA IDENTITY FULL and about 10001 rows, with a server before 16/,
  },
  'generated-key': {
    source: [
      `${table('a int, b int not null generated always as (a * 2) stored unique')[0]}; alter table public.broken replica identity using index broken_b_key`,
      'drop table public.broken',
    ],
    says: /^source, public.broken: the generated column b is part of its key/,
  },
  unlogged: {
    source: ['create unlogged table public.broken (a int primary key)', 'drop table public.broken'],
    says: /^source, public.broken: the table is unlogged → ALTER TABLE … SET LOGGED/,
  },
  'being-altered': {
    breaks: holding('begin; alter table public.payments add column half_done int'),
    says: /^source, public.payments: it is being altered: process \d+ has AccessExclusiveLock/,
  },
  'invalid-indexes': {
    source: [
      `create index broken on public.payments (made_by); update pg_index set indisvalid = false where indexrelid = 'public.broken'::regclass`,
      'drop index public.broken',
    ],
    says: /^source, public.broken: the index is invalid → REINDEX/,
  },
  'row-security': {
    source: [
      'alter table public.payments enable row level security',
      'alter table public.payments disable row level security',
    ],
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /^source, public.payments: its policies hide rows from the role of the runbooks/,
  },
  'large-objects': {
    source: ['select lo_create(4242)', 'select lo_unlink(4242)'],
    says: /^source: 1 large objects → move them/,
  },
  'materialised-views': {
    source: [
      'create materialized view public.broken as select 1 as a',
      'drop materialized view public.broken',
    ],
    target: [
      'create materialized view public.broken as select 1 as a with no data',
      'drop materialized view public.broken',
    ],
    says: /^target, "public"."broken": the materialised view is not filled → REFRESH/,
  },
  'foreign-tables': {
    source: [`${fdw} create foreign table public.broken (a int) server far`, noFdw],
    says: /^source, public.broken: the foreign table reads from the server far/,
  },
  extensions: {
    source: ['create extension citext', 'drop extension citext'],
    says: /^target, citext: the extension is not installed → create extension "citext"/,
  },
  'event-triggers': {
    source: [
      `create function public.watching() returns event_trigger language plpgsql as 'begin end'; create event trigger watching on ddl_command_start execute function public.watching()`,
      'drop event trigger watching; drop function public.watching()',
    ],
    says: /^source, watching: the event trigger fires at ddl_command_start/,
  },
  'replica-triggers': {
    target: [
      `create function public.doubled() returns trigger language plpgsql as 'begin return new; end'; create trigger doubled before insert on public.payments for each row execute function public.doubled(); alter table public.payments enable always trigger doubled`,
      'drop trigger doubled on public.payments; drop function public.doubled()',
    ],
    says: /^target, trigger doubled on public.payments: it is ENABLE ALWAYS and fires for replicated rows/,
  },
  'orphan-slots': {
    source: [
      `select pg_create_logical_replication_slot('forgotten', 'pgoutput')`,
      `select pg_drop_replication_slot('forgotten')`,
    ],
    says: /^source, slot forgotten: nobody reads this slot; it holds .* of WAL/,
  },
  'other-subscriptions': {
    target: [
      `create subscription stranger connection 'host=127.0.0.1 port=1' publication p with (connect = false)`,
      'alter subscription stranger set (slot_name = none); drop subscription stranger',
    ],
    says: /^target, stranger: a subscription that is not the lift’s writes to this database/,
  },
  'prepared-transactions': {
    source: [
      `begin; insert into public.payments (id) values (900); prepare transaction 'left'`,
      `rollback prepared 'left'`,
    ],
    says: /^source, left: prepared by postgres since .* → commit prepared 'left' or rollback prepared 'left'/,
  },
  'open-transactions': {
    breaks: holding(`set application_name = 'report'; begin; select txid_current()`),
    with: () => ({ longTransactionMs: 0 }),
    says: /^source, process \d+: transaction of postgres .report. in pay_1, open for \d+ s/,
  },
  'names-free': {
    with: async (world) => ({ site: await unlinked(world, { source: 'create schema lift', target: '' }) }),
    says: /^source, schema lift: the name is taken by something else/,
  },
  'target-empty': {
    with: async (world) => ({
      site: await unlinked(world, {
        source: '',
        target: 'create table public.full (a int); insert into public.full values (1)',
      }),
    }),
    says: /^target, "public"."full": the table has rows already/,
  },
  'partitions-carried': {
    source: [
      `${fdw} create table public.broken (a int) partition by list (a); create foreign table public.broken_1 partition of public.broken for values in (1) server far`,
      `drop table public.broken; ${noFdw}`,
    ],
    says: /^source, public.broken_1: a partition that is a foreign table/,
  },
  'system-of-record': {
    with: () => ({ from: 'target' }),
    says: /the source is the system of record already: this runbook leaves the target/,
  },
  settled: {
    source: ['update lift.fence set token = 2', 'update lift.fence set token = 0'],
    says: /the last switchover has not ended on both databases .tokens 2 and 0.*resume/,
  },
  'schema-agrees': {
    target: [
      'alter table public.payments add column extra int default 7',
      'alter table public.payments drop column extra',
    ],
    says: /column public.payments.extra is only on the target/,
  },
  'fence-covers': {
    source: table('a int primary key'),
    says: /^source, "public"."broken": the fence does not cover it/,
  },
  'fence-state': {
    target: [
      'alter table public.payments disable trigger lift_fence',
      'alter table public.payments enable trigger lift_fence',
    ],
    says: /^target, public.payments: its trigger lift_fence is off, and the side is fenced/,
  },
  publication: {
    source: [
      `alter publication lift drop table public.payments; alter publication lift set (publish = 'insert')`,
      `alter publication lift add table public.payments; alter publication lift set (publish = 'insert, update, delete, truncate')`,
    ],
    says: /^source, "public"."payments": it is not published.*\n.*it does not publish every kind of change/,
  },
  'subscription-carries': {
    source: [
      `${table('a int primary key')[0]}; alter publication lift add table public.broken`,
      'drop table public.broken',
    ],
    says: /^source, "public"."broken": replication does not carry it .*REFRESH PUBLICATION/,
  },
  'link-works': {
    target: [`alter subscription lift_pay_1_e0 disable`, `alter subscription lift_pay_1_e0 enable`],
    says: /^target, subscription lift_pay_1_e0: it is disabled/,
  },
  lag: {
    target: [`alter subscription lift_pay_1_e0 disable`, `alter subscription lift_pay_1_e0 enable`],
    source: ['insert into public.payments (id) values (901)', 'delete from public.payments where id = 901'],
    with: ({ bed }) => ({ site: { limits: { ...bed.site.limits, lagBytes: 0 } } }),
    says: /^source, slot lift_pay_1_e0: replication lags \d+ bytes, over the limit of 0/,
  },
  'gates-open': {
    async breaks({ bed }) {
      await bed.gate.pause(attemptToken(0), 100)
      return () => bed.gate.resume(attemptToken(0))
    },
    says: /^gate 1: it is paused and leads to the source/,
  },
  // The last on that server: a standby makes no databases.
  primary: {
    async breaks({ unfit }) {
      const { rows } = await execute(unfit.url('postgres'), 'show data_directory')
      await unfit.stop()
      writeFileSync(join(rows[0].data_directory, 'standby.signal'), '')
      await unfit.start()
      return async () => {}
    },
    with: toUnfit(),
    says: /^target: this server is a standby → name the primary/,
  },
  watchdog: {
    with: () => ({ site: { journal: journalOfNobody() } }),
    says: /^watchdog: no watchdog answers/,
  },
}

/** Those of PgBouncer and the login through it stand in pgbouncer.ts. */
const elsewhere = /^(pgbouncer-|gate-login)/

test.serial('a clean site passes every check, and what was skipped is said with its reason', async (t) => {
  const report = await world.check()
  t.is(failureText({ ...report, outcomes: failures(report) }), '0 problems in 0 of 0 checks:')
  const skipped = report.outcomes.filter(({ state }) => state === 'skipped')
  t.deepEqual(
    skipped
      .filter(({ check }) => !check.startsWith('pgbouncer'))
      .map(({ check, reason }) => `${check}: ${reason}`),
    ['rds-replication: neither server is Aurora or RDS', 'target-empty: the two databases replicate already'],
  )
  t.true(
    remarks(report).some((line) =>
      line.startsWith('skipped, the gate of this site is «none», not PgBouncer itself: pgbouncer-pool-mode'),
    ),
  )
})

for (const [name, one] of Object.entries(cases)) {
  test.serial(`preflight finds «${name}»`, async (t) => {
    const mend = await one.breaks?.(world)
    for (const side of ['target', 'source'] as const) {
      const sql = one[side]
      if (sql) await world.on(side, sql[0])
    }
    try {
      const report = await world.check({ ...(await one.with?.(world)), name })
      const [outcome] = report.outcomes
      t.is(outcome?.state, 'failed')
      t.regex(said(outcome!), one.says)
    } finally {
      await mend?.()
      for (const side of ['target', 'source'] as const) {
        const sql = one[side]
        if (sql) await world.on(side, sql[1])
      }
    }
  })
}

testPgbouncer(world)

test.serial('once everything is mended, everything passes again', async (t) => {
  const report = await world.check()
  t.is(failureText({ ...report, outcomes: failures(report) }), '0 problems in 0 of 0 checks:')
})

test('each check has a case that makes it fail', (t) => {
  const names = groups.flatMap((group) => group.checks.map((check) => check.name))
  t.deepEqual(names.filter((name) => !elsewhere.test(name)).sort(), Object.keys(cases).sort())
  t.is(new Set(names).size, names.length)
  t.true(names.length >= 30, `${names.length} checks`)
  const listed = readFileSync('docs/any-database.md', 'utf8').matchAll(/^\| `([a-z-]+)` \|/gm)
  t.deepEqual(
    [...listed].map(([, name]) => name),
    names,
    'docs/any-database.md lists them',
  )
})

test.serial(
  'what the site accepts is told with its reason and does not stop the run; not everything can be accepted',
  async (t) => {
    await world.on(
      'source',
      'select lo_create(4243); create unlogged table public.broken (a int primary key)',
    )
    const accept = { 'large-objects': 'scans, moved by hand', unlogged: 'a cache' }
    const report = await world.check({ site: { accept } })
    await world.on('source', 'select lo_unlink(4243); drop table public.broken')
    t.true(
      remarks(report).includes('accepted: large-objects (scans, moved by hand): source: 1 large objects'),
    )
    t.true(failures(report).some(({ check }) => check === 'unlogged'))
    t.false(failures(report).some(({ check }) => check === 'large-objects'))
  },
)

test.serial('a check that cannot be made counts as failed, and the others are still made', async (t) => {
  const report = await world.check({
    site: {
      gate: {
        kind: 'pgbouncer',
        database: 'pay',
        poolers: [{ admin: 'postgres://127.0.0.1:1/pgbouncer', ini: '/nowhere' }],
        appUrl: 'postgres://127.0.0.1:1/pay',
      },
    },
  })
  const failed = failures(report)
  t.true(failed.every(({ check }) => check.startsWith('pgbouncer-')))
  t.regex(
    said(failed[0]!),
    /it could not be checked: .*ECONNREFUSED.* → mend that: what is not known counts as failed/,
  )
  t.regex(
    failureText(report),
    /^\d+ problems in \d+ of \d+ checks:\n\nPgBouncer\n {2}pgbouncer-pool-mode: a session that keeps/,
  )
})
