/** Every check of preflight finds what it is for, on real servers, and passes again once that is mended. */
import { readFileSync } from 'node:fs'
import test from 'ava'
import { failureText, remarks } from '../../../migration/preflight/report.ts'
import { failures, groups } from '../../../migration/preflight/run.ts'
import { testAppRoles } from './app-roles.ts'
import type { Case } from './cases/case.ts'
import { links } from './cases/links.ts'
import { servers } from './cases/servers.ts'
import { tables } from './cases/tables.ts'
import { testPgbouncer } from './pgbouncer.ts'
import { createWorld, said } from './world.ts'

const world = await createWorld()
test.after.always(() => world.bed.close())
const cases: Record<string, Case> = { ...servers, ...tables, ...links }

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
      const report = await world.check({ ...(await one.with?.(world)), name: one.check ?? name })
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

testAppRoles(world)
testPgbouncer(world)

test.serial('once everything is mended, everything passes again', async (t) => {
  const report = await world.check()
  t.is(failureText({ ...report, outcomes: failures(report) }), '0 problems in 0 of 0 checks:')
})

test('each check has a case that makes it fail', (t) => {
  const names = groups.flatMap((group) => group.checks.map((check) => check.name))
  t.deepEqual(
    names.filter((name) => !elsewhere.test(name)).sort(),
    [...new Set(Object.entries(cases).map(([name, { check }]) => check ?? name))].sort(),
  )
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
