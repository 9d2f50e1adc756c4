import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Sandbox } from '../host/sandbox.ts'
import { type Load, startLoad } from '../load/client.ts'
import type { Report } from '../report/data.ts'
import type { Progress } from '../terminal/progress.ts'
import { createWorld, type World } from '../world/world.ts'
import { compileReport } from './compile-report.ts'
import { observe } from './observer.ts'
import type { RehearsalOptions } from './options.ts'
import { type RunbookRun, runRunbook } from './run-runbook.ts'

/** The lift, in the order an operator goes through it. Between two runbooks the load goes on alone. */
export const lift = ['replicate', 'shift-traffic', 'cutover', 'rollback', 'cutover', 'decommission'] as const

/** How long each weight is watched, and how long the load runs alone between two runbooks, milliseconds. */
const soakMs = 5000
const betweenMs = 4000

export interface RehearsalRun {
  report: Report
  world: World
}

/** Builds the world, lifts it under load, and judges. The sandbox is the caller's to close. */
export async function rehearse(
  options: RehearsalOptions,
  sandbox: Sandbox,
  progress: Progress,
): Promise<RehearsalRun> {
  const startedAt = Date.now()
  progress.line('Starting PostgreSQL, the payments services, the front door and the watchdog …')
  const world = await createWorld({ gate: options.gate, soakMs, sandbox })
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
  })
  const observer = await observe(world, load, startedAt, (status) => progress.update(status))
  const failed = await liftUnderLoad(world, load, progress)
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

async function liftUnderLoad(world: World, load: Load, progress: Progress): Promise<string | undefined> {
  await delay(betweenMs)
  for (const name of lift) {
    const began = performance.now()
    const run = await runRunbook(world, name)
    progress.line(line(name, run, performance.now() - began))
    if (!run.ok) return `the runbook «${name}» failed:\n${run.output.trim()}`
    await delay(betweenMs)
  }
  const { total } = await load.stats()
  return total.acknowledged > 0 ? undefined : 'no payment was acknowledged'
}

function line(name: string, run: RunbookRun, ms: number): string {
  return `${run.ok ? '✔' : '✖'} runbook ${name} (${(ms / 1000).toFixed(1)} s)`
}

function gateDetail({ pgbouncer }: RehearsalOptions): string {
  return pgbouncer ? `PgBouncer ${pgbouncer}, two processes` : "the payments service's own pool"
}
