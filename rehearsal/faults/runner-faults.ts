import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readLock } from '../../migration/journal/lock.ts'
import { resume } from '../../migration/resume.ts'
import { readSite } from '../../migration/site.ts'
import { deskStore } from '../../migration/store/open.ts'
import { mailbox } from '../../migration/watchdog/mailbox.ts'
import { decisionsOf } from './condition.ts'
import { type Outcome, untilSettled } from './kills.ts'
import { type Point, startRunner } from './runner.ts'
import { type PauseFault, play } from './scene.ts'
import type { Stage } from './stage.ts'
import { runbookFrom, switchOver } from './switch-over.ts'

/**
 * The clocks of runner and watchdog jump an hour there and back at every look, until it is settled; when the runner is
 * killed while writes wait, the watchdog must take an hour neither for its deadline nor for over.
 */
const jumping = (runnerDies: boolean): PauseFault => {
  let watchdog = 0
  return {
    name: `clocks that jump an hour${runnerDies ? ', and the runner is killed' : ''}`,
    at: runnerDies ? 'after fence' : 'after arm',
    async during({ stage, runner, cleanUp }) {
      watchdog = stage.world.watchdog.pid
      process.kill(watchdog, 'SIGUSR2')
      cleanUp(() => stage.world.watchdog.pid === watchdog && process.kill(watchdog, 'SIGUSR2'))
      runner.child.kill(runnerDies ? 'SIGKILL' : 'SIGUSR2')
    },
    async after({ stage }) {
      if (stage.world.watchdog.pid !== watchdog)
        throw new Error('the watchdog whose clock jumped has ended: another one dealt with it')
    },
    verdict: runnerDies ? 'back' : 'forward',
  }
}

export const jumpingClocks: readonly PauseFault[] = [jumping(false), jumping(true)]

let mounts: boolean | undefined

/** Whether this machine lets us make a file system that is full; root in a container may not. */
export function canMount(): boolean {
  mounts ??= tryToMount()
  return mounts
}

function tryToMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'payments-lift-mount-'))
  try {
    mountSmall(folder)
    execFileSync('umount', ['-l', folder])
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function mountSmall(folder: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'pipe' })
}

/** The disk of journal, decisions and mailbox fills up at a point: a small file system of its own is put in its place. */
export async function diskFull(stage: Stage, at: Point): Promise<Outcome & { verdict: string }> {
  const { journal, sandbox } = stage.world
  const copy = mkdtempSync(join(sandbox.dir, 'journal-'))
  cpSync(journal, copy, whole)
  mountSmall(journal)
  try {
    cpSync(copy, journal, whole)
    const filler = join(journal, 'filler')
    return await play(stage, {
      name: `disk of the journal full ${at}`,
      at,
      async during() {
        fill(filler)
      },
      async after() {
        rmSync(filler)
      },
      // The last page of the journal's file may still take some lines: how far the run comes is chance.
      verdict: at === 'after decide' ? 'forward' : 'either',
    })
  } finally {
    cpSync(journal, copy, whole)
    execFileSync('umount', ['-l', journal])
    cpSync(copy, journal, whole)
  }
}

/** Drafts come and go while the folder is copied. */
const whole = { recursive: true, filter: (path: string) => !path.endsWith('.draft') }

function fill(path: string): void {
  for (const size of [1 << 20, 1 << 12, 1]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    }
  }
}

/**
 * The runner is stopped (SIGSTOP) at a point for longer than the deadline, and for `leastMs`, and wakes up after the
 * watchdog has settled what is under its guard there; with `later`, after somebody has taken over, guard or not, and
 * switched over again. Whatever it still tries is refused.
 */
export async function sleeper(stage: Stage, at: Point, later: boolean, leastMs = 0): Promise<Outcome> {
  const from = await stage.sound()
  const { world } = stage
  const runner = startRunner({ ...world, runbook: runbookFrom(from), hold: [at] })
  try {
    if (!(await runner.reached(at)))
      throw new Error(`the runner ended before «${at}»:\n${(await runner.ended).output}`)
    const stopped = Date.now()
    runner.child.kill('SIGSTOP')
    runner.goOn()
    const guarded = (await mailbox(deskStore(readSite(world.siteFile))).armings()).length
    if (!later && guarded !== 1) throw new Error(`«${at}» ${guarded} switchovers are guarded, not one`)
    await untilSettled(stage)
    await stage.flowing('writes are possible while the runner sleeps')
    const { writePauseMs } = await stage.load.pauseBetween(stopped - 1500, Date.now())
    const site = readSite(world.siteFile)
    if (later) {
      // As somebody does who was allowed to take over.
      await resume(site, 'who took over', { mayTake: await readLock(deskStore(site)) })
      await switchOver(stage)
    }
    await delay(stopped + leastMs - Date.now())
    const made = (await decisionsOf(site)).length
    const lock = (await readLock(deskStore(site)))?.holder
    runner.child.kill('SIGCONT')
    const { code, output } = await runner.ended
    if (lock && later && (await readLock(deskStore(site)))?.holder.since !== lock.since)
      throw new Error('the sleeper gave back the lock of another')
    await untilSettled(stage)
    const lost = (await decisionsOf(site)).slice(made)
    if (later && (lost.length > 0 || code === 0))
      throw new Error(`the sleeper went on (${JSON.stringify(lost)}):\n${output}`)
    if (!(await readLock(deskStore(site)))?.alive) await resume(site, 'the morning after')
    return { from, record: await stage.sound(), writePauseMs }
  } finally {
    runner.child.kill('SIGKILL')
  }
}
