import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Unsettled } from '../switchover/settle.ts'
import type { MachineTime } from './machine-clock.ts'

/** What the runner asks the watchdog to guard, written before the pause. */
export interface Arming extends Unsettled {
  /** How long after it saw this the watchdog decides, milliseconds. */
  deadlineMs: number
}

/** The watchdog's sign of life: a count that grows, so that no two clocks are compared. */
export interface Heartbeat {
  pid: number
  beat: number
  /** The epochs it guards now. */
  armed?: number[]
  /** When it first saw each epoch: a watchdog that takes its place goes on counting there. */
  since?: Record<number, MachineTime>
}

/** Where runner and watchdog leave each other word: small files, replaced whole. */
export function mailbox(journalFolder: string) {
  const folder = join(journalFolder, 'watchdog')
  const armingPath = (epoch: number) => join(folder, `armed-${epoch}.json`)
  const heartbeatPath = join(folder, 'heartbeat.json')

  async function put(path: string, content: object, durable: boolean): Promise<void> {
    await mkdir(folder, { recursive: true })
    const file = await open(`${path}.${process.pid}`, 'w')
    try {
      await file.writeFile(JSON.stringify(content))
      if (durable) await file.sync()
    } finally {
      await file.close()
    }
    await rename(`${path}.${process.pid}`, path)
  }

  async function take<T>(path: string): Promise<T | undefined> {
    try {
      return JSON.parse(await readFile(path, 'utf8')) as T
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  const heartbeat = () => take<Heartbeat>(heartbeatPath)

  /** Waits for a heartbeat newer than those that stand, of which `condition` holds. */
  async function freshBeat(
    condition: (beat: Heartbeat) => boolean | undefined,
    timeoutMs: number,
  ): Promise<boolean> {
    const first = await heartbeat()
    const deadline = performance.now() + timeoutMs
    while (performance.now() < deadline) {
      const beat = await heartbeat()
      if (beat && beat.beat !== first?.beat && condition(beat)) return true
      await delay(10)
    }
    return false
  }

  return {
    /** Every switchover that is not settled yet, oldest first; more than one when a database was away. */
    async armings(): Promise<Arming[]> {
      const names = await readdir(folder).catch(() => [])
      const armings = await Promise.all(
        names
          .filter((name) => /^armed-\d+\.json$/.test(name))
          .map((name) => take<Arming>(join(folder, name))),
      )
      return armings.filter((arming) => arming !== undefined).sort((a, b) => a.epoch - b.epoch)
    },
    /** The last sign of life, of whichever watchdog. */
    lastBeat: heartbeat,
    beat: (heartbeat: Heartbeat) => put(heartbeatPath, heartbeat, false),
    /** Takes away the guard of this epoch, and of no other. */
    disarm: (epoch: number) => rm(armingPath(epoch), { force: true }),
    /** Hands the switchover to the watchdog and returns when it has said that it guards it. */
    async arm(arming: Arming): Promise<void> {
      await put(armingPath(arming.epoch), arming, true)
      if (await freshBeat((beat) => beat.armed?.includes(arming.epoch), 2000)) return
      await rm(armingPath(arming.epoch), { force: true })
      throw new Error(`${noWatchdog} (it did not take epoch ${arming.epoch})`)
    },
    /** Gives a guarded switchover more time: writes flow again, what is left is not urgent. */
    ease: (arming: Arming) => put(armingPath(arming.epoch), arming, true),
    /** Waits until an epoch is no longer guarded: somebody has settled it on both sides. */
    async released(epoch: number, timeoutMs: number): Promise<boolean> {
      const deadline = performance.now() + timeoutMs
      while (performance.now() < deadline) {
        if ((await take(armingPath(epoch))) === undefined) return true
        await delay(50)
      }
      return false
    },
    /** @throws Error when no watchdog lives */
    async expectWatchdog(): Promise<void> {
      if (!(await freshBeat(() => true, 2000))) throw new Error(noWatchdog)
    },
  }
}

export type Mailbox = ReturnType<typeof mailbox>

const noWatchdog =
  'no watchdog answers: without it nobody would open the gate again if this run died in the pause; start it under a supervisor: npm run watchdog -- --site FILE'
