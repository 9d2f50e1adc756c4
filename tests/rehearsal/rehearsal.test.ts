/** The whole lift, hurried: the same servers, services, runbooks and judge as `npm run rehearse`. */
import test, { type ExecutionContext } from 'ava'
import { pauseSteps } from '../../migration/steps/index.ts'
import { createSandbox } from '../../rehearsal/host/sandbox.ts'
import { pgbouncerVersion } from '../../rehearsal/pgbouncer/server.ts'
import type { RehearsalOptions } from '../../rehearsal/run/options.ts'
import { rehearse } from '../../rehearsal/run/rehearsal.ts'
import { needs, thorough } from '../parts.ts'

const silent = { update() {}, line() {}, stop() {} }

async function lifts(
  t: ExecutionContext,
  options: Pick<RehearsalOptions, 'gate' | 'pgbouncer'>,
): Promise<void> {
  const sandbox = createSandbox('payments-lift-test-')
  try {
    const { report } = await rehearse(
      { rate: 60, report: '', seed: 7, keep: false, skipped: [], ...options },
      sandbox,
      silent,
      { soakMs: 1500, betweenMs: 500 },
    )
    t.deepEqual(report.verdictReasons, [])
    t.is(report.verdict, 'pass')
    t.like(report.payments, { failed: 0, lost: 0, duplicated: 0, misposted: 0 })
    t.true(report.payments.acknowledged > 500)
    t.true(report.ledger.balanced)
    t.deepEqual(
      report.switchovers.map(({ kind }) => kind),
      ['cutover', 'rollback', 'cutover'],
    )
    for (const { writePauseMs, stepsMs } of report.switchovers) {
      t.true(writePauseMs > 0 && writePauseMs < 5000, `write pause ${writePauseMs}`)
      t.deepEqual(Object.keys(stepsMs), [...pauseSteps])
    }
    t.deepEqual(
      report.shift.map(({ weight }) => weight),
      [1, 5, 25, 50, 100],
    )
    for (const { weight, onPremises, cloud } of report.shift) {
      const all = onPremises + cloud
      // 3 points, and what is under way at the edges: hurried, a weight sees a hundred requests and no more.
      t.true(
        Math.abs((100 * cloud) / all - weight) <= 3 + 400 / all,
        `asked ${weight}, seen ${cloud} of ${all}`,
      )
    }
    t.true(report.steps.every(({ outcome }) => outcome === 'done'))
  } finally {
    await sandbox.close()
  }
}

const version = await pgbouncerVersion()
const withPgbouncer = needs('pgbouncer')
withPgbouncer.serial('the lift through PgBouncer loses nothing', (t) =>
  lifts(t, { gate: 'pgbouncer', pgbouncer: version ?? '' }),
)

// A minute each: the sample is what `npm run rehearse` takes here.
if (thorough || !version)
  test.serial('the lift through the services’ own pool loses nothing', (t) => lifts(t, { gate: 'service' }))
