import type {
  Direction,
  Report,
  Series,
  Step,
  Switchover,
  SwitchoverKind,
} from '../../../rehearsal/report/data.ts'

/** A run like the real ones, for tests only: every figure from a seeded generator. */
export interface SampleOptions {
  seed?: number
  rate?: number
  /** 1 is a run of about 85 s. */
  scale?: number
}

const WEIGHTS = [1, 5, 25, 50, 100]
const PAUSE_STEPS = {
  pause: 8,
  fence: 9,
  nonce: 1.4,
  drain: 5,
  sequences: 4,
  'verify-change-set': 7,
  'disable-forward': 3,
  'reverse-ready': 11,
  decide: 1.2,
  unfence: 3,
  resume: 6,
}
const RUNBOOKS: readonly { runbook: string; steps: Record<string, number> }[] = [
  {
    runbook: 'replicate',
    steps: {
      preflight: 900,
      roles: 120,
      'install-fence': 160,
      publish: 90,
      subscribe: 310,
      'initial-copy': 7800,
      streaming: 1400,
    },
  },
  {
    runbook: 'shift-traffic',
    steps: Object.fromEntries(WEIGHTS.map((weight) => [`weight-${weight}`, 7000])),
  },
  {
    runbook: 'cutover',
    steps: { preflight: 1100, 'freeze-ddl': 60, 'verify-all': 2400, 'gate-conditions': 400 },
  },
  {
    runbook: 'rollback',
    steps: { preflight: 1000, 'freeze-ddl': 55, 'verify-all': 2200, 'gate-conditions': 380 },
  },
  {
    runbook: 'cutover',
    steps: { preflight: 1000, 'freeze-ddl': 50, 'verify-all': 2300, 'gate-conditions': 390 },
  },
  {
    runbook: 'decommission',
    steps: { preflight: 500, 'drop-reverse': 240, 'final-verify': 2600, archive: 180 },
  },
]
const BETWEEN_MS = 3000

export function sampleReport({ seed = 42, rate = 200, scale = 1 }: SampleOptions = {}): Report {
  const random = generator(seed)
  const { steps, switchovers, pauses, weight, durationMs } = plan(random, scale)
  const series = measure({ random, rate, durationMs, weight, pauses })
  const acknowledged = series.requests.reduce((sum, { onPremises, cloud }) => sum + onPremises + cloud, 0)
  return {
    verdict: 'pass',
    verdictReasons: [],
    gate: 'service',
    source: { version: '14.23' },
    target: { version: '18.4' },
    startedAt: '2026-03-14T02:00:00.000Z',
    durationMs,
    seed,
    rate,
    payments: { attempted: acknowledged, acknowledged, failed: 0, lost: 0, duplicated: 0, misposted: 0 },
    ledger: { balanced: true },
    switchovers,
    shift: WEIGHTS.map((asked, index) => {
      const requests = Math.round(rate * 7 * scale * (0.98 + 0.04 * random()))
      const cloud =
        asked === 100 ? requests : Math.round((requests * (asked + random() - 0.5 + index * 0.1)) / 100)
      return { weight: asked, onPremises: requests - cloud, cloud }
    }),
    pauses,
    steps,
    findings: { lost: [], duplicated: [], misposted: [], failed: [] },
    environment: { node: '20.19.0', cores: 2, gateDetail: "the payments service's own pool" },
    skipped: ['PgBouncer as the write gate: apt-get install pgbouncer, or brew install pgbouncer'],
    series,
  }
}

/** A run that the judge refused, with text in it that must be escaped. */
export function failedReport(): Report {
  const report = sampleReport({ seed: 7 })
  const lost = {
    paymentId: 'pay_01HV6Q3J',
    detail: 'acknowledged at 58.214 s, no row in the system of record',
    atMs: 58_214,
  }
  const changed = {
    paymentId: 'pay_01HV6Q9Z',
    detail: 'amount 1250 minor units acknowledged, 1251 <found> & posted',
    atMs: 58_231,
  }
  const unposted = { paymentId: 'pay_01HV6QA4', detail: 'no ledger entries', atMs: 58_240 }
  return {
    ...report,
    verdict: 'fail',
    verdictReasons: [
      '1 payment lost: pay_01HV6Q3J (acknowledged at 58.214 s, during the cutover)',
      '2 payments misposted: pay_01HV6Q9Z (amount 1250 acknowledged, 1251 <found> & posted), pay_01HV6QA4 (no ledger entries)',
      '61 payments failed: pay_01HV6R00, pay_01HV6R01, pay_01HV6R02 and 58 more',
    ],
    payments: {
      ...report.payments,
      acknowledged: report.payments.acknowledged - 61,
      lost: 1,
      misposted: 2,
      failed: 61,
    },
    ledger: { balanced: false },
    findings: {
      lost: [lost],
      duplicated: [],
      misposted: [changed, unposted],
      failed: Array.from({ length: 12 }, (_, index) => ({
        paymentId: `pay_01HV6R${String(index).padStart(2, '0')}`,
        detail: 'POST /payments answered 503 after 5.1 s',
        atMs: 71_000 + index * 37,
      })),
    },
    steps: report.steps.map((step, index) =>
      index === report.steps.length - 1
        ? { ...step, outcome: 'failed', durationMs: step.durationMs * 6 }
        : step,
    ),
  }
}

function plan(random: () => number, scale: number) {
  const steps: Step[] = []
  const switchovers: Switchover[] = []
  const pauses: Report['pauses'] = []
  const weight: Series['weight'] = [{ tMs: 0, cloud: 0 }]
  let nowMs = 1600
  const jitter = () => 0.85 + 0.3 * random()
  const run = (runbook: string, step: string, expectedMs: number): Step => {
    const durationMs = round(expectedMs * jitter())
    const done: Step = { runbook, step, startMs: round(nowMs), durationMs, expectedMs, outcome: 'done' }
    steps.push(done)
    nowMs += durationMs
    return done
  }
  for (const { runbook, steps: own } of RUNBOOKS) {
    for (const [step, expectedMs] of Object.entries(own)) {
      const asked = /^weight-(\d+)$/.exec(step)
      if (asked !== null) weight.push({ tMs: round(nowMs), cloud: Number(asked[1]) })
      run(runbook, step, expectedMs * scale)
    }
    if (runbook === 'cutover' || runbook === 'rollback') {
      const kind: SwitchoverKind = runbook
      const startMs = round(nowMs)
      const stepsMs = Object.fromEntries(
        Object.entries(PAUSE_STEPS).map(([step, expectedMs]) => [
          step,
          run(runbook, step, expectedMs).durationMs,
        ]),
      )
      const writePauseMs = round(nowMs - startMs + 2 * random())
      pauses.push({ kind, startMs, endMs: round(startMs + writePauseMs), writePauseMs })
      switchovers.push({ kind, writePauseMs, stepsMs, requestsHeld: Math.round(writePauseMs * 0.21) })
      run(runbook, 'clean-up', 300)
    }
    nowMs += BETWEEN_MS * (0.6 + 0.5 * random())
  }
  return { steps, switchovers, pauses, weight, durationMs: Math.round(nowMs) }
}

interface World {
  random: () => number
  rate: number
  durationMs: number
  weight: Series['weight']
  pauses: Report['pauses']
}

function measure({ random, rate, durationMs, weight, pauses }: World): Series {
  const stepMs = 250
  const series: Series = { stepMs, requests: [], latency: [], replicationLag: [], weight: [] }
  for (let tMs = 0; tMs < durationMs; tMs += stepMs) {
    const paused = pauses.find(({ startMs }) => startMs >= tMs && startMs < tMs + stepMs)
    const share = weight.findLast((point) => point.tMs <= tMs)!.cloud / 100
    series.weight.push({ tMs, cloud: share * 100 })
    const total = Math.round(
      (rate * stepMs) / 1000 + (random() + random() + random() - 1.5) * Math.sqrt(rate) * 0.4,
    )
    const cloud = Array.from({ length: total }, random).filter((draw) => draw < share).length
    series.requests.push({ tMs, onPremises: total - cloud, cloud })
    const p50Ms = round(1.8 + 0.5 * random() + share * 0.6)
    const p99Ms = round(p50Ms * (2 + 2 * random() ** 2) + (paused?.writePauseMs ?? 0) * 0.8)
    series.latency.push({ tMs, p50Ms, p99Ms, maxMs: round(p99Ms * (1.05 + random() ** 3)) })
    const direction = directionAt(tMs, pauses)
    if (tMs > 4000 && direction !== undefined) {
      const copying = tMs < 11_000 ? 4e6 * (1 - tMs / 11_000) : 0
      series.replicationLag.push({ tMs, bytes: Math.round(copying + random() ** 4 * 30_000), direction })
    }
  }
  return series
}

function directionAt(tMs: number, pauses: Report['pauses']): Direction {
  const behind = pauses.filter(({ endMs }) => endMs <= tMs).length
  return behind % 2 === 0 ? 'forward' : 'back'
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

/** The same numbers on every machine: a linear congruential generator, good enough for pictures. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
