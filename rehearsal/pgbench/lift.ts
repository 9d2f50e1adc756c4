import { setTimeout as delay } from 'node:timers/promises'
import { condition } from '../faults/condition.ts'
import { startRunner } from '../faults/runner.ts'
import { startPgbench } from './load.ts'
import { findPgbench } from './program.ts'
import { createPgbenchWorld, type PgbenchWorld, sums } from './world.ts'

export interface PgbenchLift {
  processed: number
  failed: number
  /** The longest a transaction waited in each switchover, milliseconds. */
  pausesMs: number[]
  /** The longest one took while nothing was switched: what this machine does to it anyway. */
  warmPausesMs: number
  /** Sums of accounts, tellers, branches and history, and rows of history, of the source and of the target. */
  sums: number[][]
  /** How many of these are not as they must be. */
  differing: number
}

export interface PgbenchLiftOptions {
  accounts: number
  tps: number
  /** Cutover and rollback in turn. */
  switches: number
  say?(text: string): void
}

/** Replicates and switches over under pgbench's load, with the real runbooks. */
export async function liftPgbench({
  accounts,
  tps,
  switches,
  say = () => {},
}: PgbenchLiftOptions): Promise<PgbenchLift> {
  const program = findPgbench()
  if (!program) throw new Error('pgbench is not there: apt-get install postgresql, or set PGBENCH')
  const world = await createPgbenchWorld({ accounts })
  try {
    say(`PostgreSQL ${world.source.version} → ${world.target.version}, ${accounts} accounts, ${tps} a second`)
    const load = startPgbench(world, program, { tps })
    await runInPause(world, 'replicate')
    const idle = { fromMs: Date.now(), untilMs: Date.now() + 1000 }
    await delay(1000)
    const pauses: Interval[] = []
    for (let at = 0; at < switches; at++) {
      const name = at % 2 ? 'rollback' : 'cutover'
      pauses.push(await runInPause(world, name))
      say(`${name} done`)
    }
    const { processed, failed } = await load.stop()
    const [warmPausesMs = 0, ...pausesMs] = [idle, ...pauses].map(({ fromMs, untilMs }) =>
      load.longest(fromMs, untilMs),
    )
    const { problems } = await condition(world.siteFile)
    if (problems.length > 0) throw new Error(problems.join('; '))
    const both = [await sums(world.source), await sums(world.target)]
    const [[a, , , , n] = [], there = []] = both
    const expected = [a, a, a, a, n]
    const differing = both.flat().filter((sum, index) => sum !== expected[index % 5]).length
    return {
      processed,
      failed,
      pausesMs,
      warmPausesMs,
      sums: both,
      differing: differing + Number(there[4] !== processed),
    }
  } finally {
    await world.close()
  }
}

/** Milliseconds of the Unix epoch. */
export interface Interval {
  fromMs: number
  untilMs: number
}

/** Runs one and returns from when to when it was in the pause; `begins` and `ends` are called then. */
export async function runInPause(
  world: PgbenchWorld,
  name: string,
  { begins, ends }: { begins?(): void; ends?(): void } = {},
): Promise<Interval> {
  const runner = startRunner({ ...world, runbook: name })
  const moment = (point: 'before pause' | 'after resume') => runner.reached(point).then(() => Date.now())
  const fromMs = await moment('before pause')
  begins?.()
  const untilMs = await moment('after resume')
  ends?.()
  const { code, output } = await runner.ended
  if (code !== 0) throw new Error(`${name} failed:\n${output}`)
  return { fromMs, untilMs }
}
