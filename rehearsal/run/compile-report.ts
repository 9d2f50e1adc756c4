import { openLift } from '../../migration/lift.ts'
import { readSite } from '../../migration/site.ts'
import { pauseSteps } from '../../migration/steps/index.ts'
import { systemOfRecord as openSide } from '../../migration/switchover/record.ts'
import { judge } from '../judge/judge.ts'
import type { Load } from '../load/client.ts'
import type { LoadStep } from '../load/series.ts'
import { seriesStepMs } from '../load/series.ts'
import type { LoadStats } from '../load/stats.ts'
import type { Environment, Pause, Report, ShiftStep, Switchover } from '../report/data.ts'
import { database } from '../world/databases.ts'
import type { World } from '../world/world.ts'
import { type RunbookSteps, readRuns } from './journal-steps.ts'
import type { Observer } from './observer.ts'
import type { RehearsalOptions } from './options.ts'

export interface Findings {
  options: RehearsalOptions
  world: World
  load: Load
  stats: LoadStats
  ackFile: string
  /** Milliseconds of the Unix epoch, as every moment here. */
  startedAt: number
  observer: Observer
  /** Why the lift did not come to its end. */
  failure: string | undefined
  environment: Environment
}

/** Judges, and puts everything that was seen on one time axis. */
export async function compileReport(found: Findings): Promise<Report> {
  const { options, world, load, stats, startedAt, observer } = found
  const { source, target } = world.databases
  const runs = readRuns(world.journal)
  const series = await load.series()
  const { switchovers, pauses } = await measureSwitchovers(runs, load, startedAt)
  let unknown: string | undefined
  const record = await systemOfRecord(world).catch(({ message }: Error) => {
    unknown = `Which database is the system of record cannot be told: ${message}. What follows is judged by the source.`
    return 'source' as const
  })
  const verdict = await judge({
    ackFile: found.ackFile,
    url: world.databases[record].url(database),
    load: stats,
    startedAtMs: startedAt,
  })
  const reasons = [found.failure, unknown, ...verdict.reasons].filter((reason) => reason !== undefined)
  const since = <T extends { tMs: number }>(sample: T): T => ({ ...sample, tMs: sample.tMs - startedAt })
  return {
    verdict: reasons.length === 0 ? 'pass' : 'fail',
    verdictReasons: reasons,
    gate: options.gate,
    ...(options.aws && { aws: options.aws }),
    source: { version: source.version },
    target: { version: target.version },
    startedAt: new Date(startedAt).toISOString(),
    durationMs: Date.now() - startedAt,
    seed: options.seed,
    rate: options.rate,
    payments: verdict.payments,
    ledger: verdict.ledger,
    switchovers,
    shift: runs.flatMap((run) => shiftOf(run, series)),
    pauses,
    steps: runs.flatMap((run) =>
      run.steps.map(({ endMs: _, weight: __, ...step }) => ({ ...step, startMs: step.startMs - startedAt })),
    ),
    findings: verdict.findings,
    environment: found.environment,
    skipped: options.skipped,
    series: {
      stepMs: seriesStepMs,
      requests: series.map(({ tMs, onPremises, cloud }) => since({ tMs, onPremises, cloud })),
      latency: series.flatMap(({ tMs, latency }) => (latency ? [since({ tMs, ...latency })] : [])),
      replicationLag: observer.lag.map(since),
      weight: observer.weight.map(since),
    },
  }
}

/** Whichever database accepts writes now; the source until replication has begun. */
async function systemOfRecord(world: World): Promise<'source' | 'target'> {
  if (!readRuns(world.journal).some(({ steps }) => steps.some((step) => step.step === 'install-fence')))
    return 'source'
  const lift = await openLift(readSite(world.siteFile), 'judge')
  try {
    return await openSide(lift)
  } finally {
    await lift.close()
  }
}

async function measureSwitchovers(runs: RunbookSteps[], load: Load, startedAt: number) {
  const switchovers: Switchover[] = []
  const pauses: Pause[] = []
  for (const run of runs) {
    const measured = await measureSwitchover(run, load)
    if (!measured) continue
    const { switchover, fromMs, untilMs } = measured
    const { kind, writePauseMs } = switchover
    switchovers.push(switchover)
    pauses.push({ kind, startMs: fromMs - startedAt, endMs: untilMs - startedAt, writePauseMs })
  }
  return { switchovers, pauses }
}

/** What the client went through in a switchover; undefined for other runbooks, or when it never paused. */
export async function measureSwitchover({ runbook, steps }: RunbookSteps, load: Load) {
  const within = steps.filter((step) => (pauseSteps as readonly string[]).includes(step.step))
  const [first, last] = [within[0], within.at(-1)]
  if ((runbook !== 'cutover' && runbook !== 'rollback') || !first || !last) return undefined
  const { writePauseMs } = await load.pauseBetween(first.startMs, last.endMs)
  // Between the gates' word that nothing runs any more and the order to open them, whatever is in flight is held.
  const [shutMs, openedMs] = first === last ? [first.startMs, first.endMs] : [first.endMs, last.startMs]
  const { requests: requestsHeld, span } = await load.pauseBetween(shutMs, openedMs)
  const stepsMs = Object.fromEntries(within.map((step) => [step.step, step.durationMs]))
  const switchover: Switchover = { kind: runbook, writePauseMs, stepsMs, requestsHeld }
  return { switchover, ...(span ?? { fromMs: first.startMs, untilMs: last.endMs }) }
}

/** Requests answered by each side while a weight was watched; steps that lie across its edges do not count. */
function shiftOf({ runbook, steps }: RunbookSteps, series: LoadStep[]): ShiftStep[] {
  if (runbook !== 'shift-traffic') return []
  const watched = steps.filter((step) => step.step === 'watch-weight')
  return watched.map((step) => {
    const within = series.filter(({ tMs }) => tMs >= step.startMs && tMs + seriesStepMs <= step.endMs)
    const sum = (side: 'onPremises' | 'cloud') => within.reduce((total, entry) => total + entry[side], 0)
    return { weight: step.weight ?? 0, onPremises: sum('onPremises'), cloud: sum('cloud') }
  })
}
