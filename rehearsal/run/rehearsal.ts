import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sandbox } from '../host/sandbox.ts'
import { type Load, startLoad } from '../load/client.ts'
import { MissingBinaryError } from '../postgres/binaries.ts'
import type { Report } from '../report/data.ts'
import { duration } from '../report/format.ts'
import { finishedLine } from '../terminal/finished.ts'
import type { Progress } from '../terminal/progress.ts'
import { createWorld, type World } from '../world/world.ts'
import { compileReport, measureSwitchover } from './compile-report.ts'
import { readRuns } from './journal-steps.ts'
import { observe } from './observer.ts'
import type { RehearsalOptions } from './options.ts'
import { runRunbook } from './run-runbook.ts'

/** The lift, in the order an operator goes through it. Between two runbooks the load goes on alone. */
export const lift = ['replicate', 'shift-traffic', 'cutover', 'rollback', 'cutover', 'decommission'] as const

export interface Pace {
  /** How long each weight is watched, milliseconds. */
  soakMs: number
  /** How long the load runs alone between two runbooks, milliseconds. */
  betweenMs: number
}

const usualPace: Pace = { soakMs: 5000, betweenMs: 2500 }

/** Lines that stay are coloured where the terminal is. */
export type ColourProgress = Progress & { color?: boolean }

export interface RehearsalRun {
  report: Report
  world: World
}

/** Something did not start, and so nothing was tried; exit code 2. */
export class CannotBeginError extends Error {
  override readonly name = 'CannotBeginError'
}

function cannotBegin(error: Error): never {
  if (error instanceof MissingBinaryError) throw error
  throw new CannotBeginError(error.message, { cause: error })
}

/** Builds the world, lifts it under load, and judges. The sandbox is the caller's to close. */
export async function rehearse(
  options: RehearsalOptions,
  sandbox: Sandbox,
  progress: ColourProgress,
  pace = usualPace,
): Promise<RehearsalRun> {
  const startedAt = Date.now()
  progress.line('Starting PostgreSQL, the payments services, the front door and the watchdog …')
  const { gate, aws } = options
  const world = await createWorld({ gate, aws, soakMs: pace.soakMs, sandbox }).catch(cannotBegin)
  const { source, target } = world.databases
  progress.line(
    `On-premises: PostgreSQL ${source.version} · AWS: PostgreSQL ${target.version} · seed ${options.seed}`,
  )
  const ackFile = join(sandbox.dir, 'acknowledgements.jsonl')
  const load = await startLoad({
    baseUrl: `http://127.0.0.1:${world.frontDoor.port}`,
    rate: options.rate,
    seed: options.seed,
    ackFile,
  }).catch(cannotBegin)
  const observer = await observe(world, load, startedAt, (status) => progress.update(status))
  const failed =
    (await liftUnderLoad(world, load, { betweenMs: pace.betweenMs, startedAt, progress })) ??
    (await problemInCloud(world))
  const stats = await load.stop()
  await observer.stop()
  const report = await compileReport({
    options,
    world,
    load,
    stats,
    ackFile,
    startedAt,
    observer,
    failure: failed,
    environment: { node: process.versions.node, cores: cpus().length, gateDetail: gateDetail(options) },
  })
  await load.close()
  return { report, world }
}

async function liftUnderLoad(
  world: World,
  load: Load,
  { betweenMs, startedAt, progress }: { betweenMs: number; startedAt: number; progress: ColourProgress },
): Promise<string | undefined> {
  await delay(betweenMs)
  for (const name of lift) {
    const began = Date.now()
    const run = await runRunbook(world, name)
    const durationMs = Date.now() - began
    const measured = await measureSwitchover(
      readRuns(world.journal).at(-1) ?? { runbook: name, steps: [] },
      load,
    )
    const finished = {
      startMs: began - startedAt,
      name,
      durationMs,
      outcome: run.ok ? ('done' as const) : ('failed' as const),
      note: measured && `write pause ${duration(measured.switchover.writePauseMs)}`,
    }
    progress.line(finishedLine(finished, progress.color ?? false))
    if (!run.ok) return `the runbook «${name}» failed: ${failureOf(run.output)}`
    await delay(betweenMs)
  }
  const { total } = await load.stats()
  return total.acknowledged > 0 ? undefined : 'no payment was acknowledged'
}

/** In AWS others must see what the runner saw. */
async function problemInCloud({ cloud, siteFile, journal }: World): Promise<string | undefined> {
  if (!cloud) return undefined
  const { bucketProblem } = await import('../aws/agreement.ts')
  return bucketProblem(
    siteFile,
    journal,
    lift.filter((name) => name === 'cutover' || name === 'rollback').length,
  )
}

/** From the step that failed to the end of what the runbook printed. */
function failureOf(output: string): string {
  const lines = output.trimEnd().split('\n')
  const step = lines.findLastIndex((line) => line.startsWith('  ✖'))
  return lines
    .slice(step === -1 ? -10 : step)
    .join('\n')
    .trim()
}

function gateDetail({ pgbouncer, aws }: RehearsalOptions): string {
  if (pgbouncer && aws) return `PgBouncer ${pgbouncer}, two tasks with route agents`
  return pgbouncer ? `PgBouncer ${pgbouncer}, two processes` : "the payments service's own pool"
}
