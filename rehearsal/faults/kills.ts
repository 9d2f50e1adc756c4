import { setTimeout as delay } from 'node:timers/promises'
import { otherSide } from '../../migration/database.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { msSince } from '../../migration/machine-clock.ts'
import { resume } from '../../migration/resume.ts'
import { readSite } from '../../migration/site.ts'
import { unhurriedMs } from '../../migration/steps/clear-away.ts'
import { pauseSteps } from '../../migration/steps/index.ts'
import { deskStore } from '../../migration/store/open.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'
import { spawnProgram } from '../host/server-process.ts'
import { decisionsOf } from './condition.ts'
import { type Point, startRunner } from './runner.ts'
import type { Stage } from './stage.ts'
import { runbookFrom } from './switch-over.ts'

export type Victim = 'runner' | 'watchdog' | 'both'

/** Who brings the system back: an operator at once, or nobody but the watchdog under its supervisor. */
export type Rescue = 'resume' | 'nobody'

export interface Kill {
  victim: Victim
  rescue: Rescue
  point: Point
  /** How long after the runner has come by, milliseconds; it does not wait there. Absent: it is held, exactly there. */
  afterMs?: number
  /** Of both: the watchdog dies so long before it would decide, milliseconds, and not with the runner. */
  beforeDeadlineMs?: number
}

export interface Outcome {
  /** The side that was left, and the one that accepts writes now. */
  from: Side
  record: Side
  /** The longest that a write waited, as its client saw it, milliseconds. */
  writePauseMs: number
  /** The runner had ended before the kill at a moment that nobody chose: nothing was tried. */
  missed?: boolean
}

/** The steps that cutover and rollback have. */
export const switchoverSteps = [
  ...['preflight', 'freeze-ddl', 'verify-rows', 'prepare', 'hold-schedules', 'arm'],
  ...pauseSteps,
  ...['clear-away', 'verify-way-back'],
] as const

export const points: Point[] = switchoverSteps.flatMap((step): Point[] => [`before ${step}`, `after ${step}`])

/**
 * Switches over from wherever the system of record is, kills as told, waits for the rescue and looks whether
 * everything is as it must be.
 * @throws Error that says what is not
 */
export async function killAndRescue(stage: Stage, kill: Kill): Promise<Outcome> {
  const { world, load } = stage
  const from = await stage.sound()
  const site = readSite(world.siteFile)
  const epochs = (await decisionsOf(site)).length
  const exactly = kill.afterMs === undefined
  const runner = startRunner({ ...world, runbook: runbookFrom(from), hold: exactly ? [kill.point] : [] })
  const came = await runner.reached(kill.point)
  if (came && kill.afterMs) await delay(kill.afterMs)
  const killedAt = Date.now()
  if (kill.victim !== 'watchdog') runner.child.kill('SIGKILL')
  if (kill.beforeDeadlineMs !== undefined) await guardedFor(stage, stage.deadlineMs - kill.beforeDeadlineMs)
  if (kill.victim !== 'runner') process.kill(world.watchdog.pid, 'SIGKILL')
  if (exactly && kill.victim === 'watchdog') runner.goOn()
  const { code, output } = await runner.ended
  if (!came) throw new Error(`the runner ended before «${kill.point}»:\n${output}`)
  const missed = kill.victim !== 'watchdog' && code !== null
  if (missed && exactly) throw new Error(`the runner was to be killed, and ended with ${code}:\n${output}`)

  if (kill.victim !== 'watchdog' && kill.rescue === 'resume') await operatorResumes(stage)
  await untilSettled(stage)
  const { writePauseMs } = await load.pauseBetween(killedAt - 1500, Date.now())
  // Writes flow; what is left is the lock and what a run had made that was never armed.
  if (kill.victim !== 'watchdog') await resume(site, 'the morning after')
  const record = await stage.sound()

  const made = await decisionsOf(site)
  const last = made.at(-1)
  const decided = made.length > epochs && last?.verdict === 'forward'
  if (made.length > epochs + 1) throw new Error(`${made.length - epochs} decisions of one switchover`)
  if (record !== (decided ? otherSide(from) : from))
    throw new Error(`the decision is ${last?.verdict ?? 'none'}, and the ${record} accepts writes`)
  if (code === 0 && !decided) throw new Error(`the runner ended well without a decision:\n${output}`)
  if (kill.victim === 'watchdog' && code !== 0 && decided)
    throw new Error(`only the watchdog was killed, and the run failed after its decision:\n${output}`)
  return { from, record, writePauseMs, ...(missed && { missed }) }
}

/** Returns when the watchdog has guarded the last switchover for so long. */
async function guardedFor({ world }: Stage, ms: number): Promise<void> {
  const beat = await mailbox(deskStore(readSite(world.siteFile))).lastBeat()
  const moment = Object.values(beat?.since ?? {}).at(-1)
  const guardedMs = moment && msSince(moment)
  if (guardedMs === undefined) throw new Error('the watchdog guards nothing')
  await delay(ms - guardedMs)
}

/** As an operator does who sees that the run has died: the command, and once more if it was interfered with. */
async function operatorResumes({ world }: Stage): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const child = spawnProgram(
      world.sandbox,
      'resume',
      ['scripts/runbook.ts', 'resume', '--site', world.siteFile, '--execute', '--yes'],
      {},
    )
    const code = await new Promise((resolve) => child.once('exit', resolve))
    if (code === 0) return
    if (attempt === 3)
      throw new Error(`resume failed three times; its words are in ${world.sandbox.dir}/resume.log`)
  }
}

/** Returns when nothing is guarded any more. A run that dies after it has let writes through is guarded unhurriedly. */
export async function untilSettled({ world, deadlineMs }: Stage): Promise<void> {
  const box = mailbox(deskStore(readSite(world.siteFile)))
  const mostMs = Math.max(5 * deadlineMs, unhurriedMs) + 30_000
  const until = performance.now() + mostMs
  while ((await box.armings()).length > 0) {
    if (performance.now() > until)
      throw new Error(`the watchdog has not settled the switchover in ${mostMs / 1000} s`)
    await delay(20)
  }
}
