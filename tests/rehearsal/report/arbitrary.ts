import fc from 'fast-check'
import type { Report } from '../../../rehearsal/report/data.ts'

/** What must never reach a page or a terminal as it is. */
export const HOSTILE = '<script>alert(1)</script>"\'&\u0000\u001b[31m\u001b[2J\n</title>'

/** Without the words that would hide a figure gone wrong. */
const text = fc
  .oneof(fc.string({ maxLength: 40 }), fc.constant(HOSTILE))
  .filter((own) => !/NaN|Infinity|undefined|null|\[object/.test(own))
const ms = fc.oneof(fc.double({ min: 0, max: 1e7, noNaN: true }), fc.constantFrom(0, 0.004, 43, 1e7))
const whole = fc.nat({ max: 1_000_000 })
const kind = fc.constantFrom('cutover' as const, 'rollback' as const)
const findings = fc.array(
  fc.record({ paymentId: text, detail: text, atMs: ms }, { requiredKeys: ['paymentId', 'detail'] }),
  {
    maxLength: 4,
  },
)

/** Any report the types allow, sensible or not. */
export const anyReport: fc.Arbitrary<Report> = fc.record({
  verdict: fc.constantFrom('pass' as const, 'fail' as const),
  verdictReasons: fc.array(text, { maxLength: 12 }),
  gate: fc.constantFrom('pgbouncer' as const, 'service' as const),
  source: fc.record({ version: text }),
  target: fc.record({ version: text }),
  startedAt: text,
  durationMs: ms,
  seed: whole,
  rate: whole,
  payments: fc.record({
    attempted: whole,
    acknowledged: whole,
    failed: whole,
    lost: whole,
    duplicated: whole,
    misposted: whole,
  }),
  ledger: fc.record({ balanced: fc.boolean() }),
  switchovers: fc.array(
    fc.record({
      kind,
      writePauseMs: ms,
      stepsMs: fc.dictionary(text, ms, { maxKeys: 5 }),
      requestsHeld: whole,
    }),
    { maxLength: 4 },
  ),
  shift: fc.array(fc.record({ weight: fc.integer({ min: 0, max: 100 }), onPremises: whole, cloud: whole }), {
    maxLength: 6,
  }),
  pauses: fc.array(fc.record({ kind, startMs: ms, endMs: ms, writePauseMs: ms }), { maxLength: 4 }),
  steps: fc.array(
    fc.record(
      {
        runbook: text,
        step: text,
        startMs: ms,
        durationMs: ms,
        expectedMs: ms,
        outcome: fc.constantFrom('done' as const, 'already' as const, 'undone' as const, 'failed' as const),
      },
      { requiredKeys: ['runbook', 'step', 'startMs', 'durationMs', 'outcome'] },
    ),
    { maxLength: 12 },
  ),
  findings: fc.record({ lost: findings, duplicated: findings, misposted: findings, failed: findings }),
  environment: fc.record({ node: text, cores: whole, gateDetail: text }),
  skipped: fc.array(text, { maxLength: 3 }),
  series: fc.record({
    stepMs: fc.constantFrom(1, 100, 250, 1000),
    requests: fc.array(fc.record({ tMs: ms, onPremises: whole, cloud: whole }), { maxLength: 12 }),
    latency: fc.array(fc.record({ tMs: ms, p50Ms: ms, p99Ms: ms, maxMs: ms }), { maxLength: 12 }),
    replicationLag: fc.array(
      fc.record({ tMs: ms, bytes: whole, direction: fc.constantFrom('forward' as const, 'back' as const) }),
      { maxLength: 12 },
    ),
    weight: fc.array(fc.record({ tMs: ms, cloud: fc.integer({ min: 0, max: 100 }) }), { maxLength: 6 }),
  }),
})

/** Every text of a report set to one. */
export function withText(report: Report, own: string): Report {
  const finding = { paymentId: own, detail: own, atMs: 1 }
  return {
    ...report,
    verdict: 'fail',
    verdictReasons: [own],
    source: { version: own },
    target: { version: own },
    startedAt: own,
    switchovers: report.switchovers.map((item) => ({ ...item, stepsMs: { [own]: 1 } })),
    steps: report.steps.map((step) => ({ ...step, runbook: own, step: own })),
    findings: { lost: [finding], duplicated: [finding], misposted: [finding], failed: [finding] },
    environment: { node: own, cores: 2, gateDetail: own },
    skipped: [own],
  }
}
