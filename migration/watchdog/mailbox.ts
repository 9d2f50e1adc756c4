import { setTimeout as delay } from 'node:timers/promises'
import type { MachineTime } from '../machine-clock.ts'
import type { Store } from '../store/store.ts'
import type { Unsettled } from '../switchover/settle.ts'

/** What the runner asks the watchdog to guard, written before the pause. */
export interface Arming extends Unsettled {
  /** How long after it saw this the watchdog decides, milliseconds. */
  deadlineMs: number
}

/** The watchdog's sign of life: a count that grows, so that no two clocks are compared. */
export interface Heartbeat {
  pid: number
  /** What runner and watchdog must agree in, for instance what a freeze of the schema lets through. */
  protocol?: number
  beat: number
  /** The epochs it guards now. */
  armed?: number[]
  /** When it first saw each epoch: a watchdog that takes its place goes on counting there. */
  since?: Record<number, MachineTime>
}

/** Goes up when a watchdog of the version before could not settle what a run of this one begins. */
const protocol = 2

/** Where runner and watchdog leave each other word. */
export function mailbox(desk: Store) {
  const armingKey = (epoch: number) => `watchdog/armed-${epoch}.json`
  const heartbeatKey = 'watchdog/heartbeat.json'
  /** A watchdog looks, and gives a sign, once a pace: two of them, and what the store takes to answer. */
  const answerMs = 2000 + 2 * desk.paceMs
  /** Before it takes a switchover it reads its logins anew, and logs in everywhere. */
  const proofMs = 5000

  async function take<T>(key: string): Promise<T | undefined> {
    const text = await desk.read(key)
    return text === undefined ? undefined : (JSON.parse(text) as T)
  }

  const heartbeat = () => take<Heartbeat>(heartbeatKey)

  /** Waits for a heartbeat newer than those that stand, of which `condition` holds. */
  async function freshBeat(
    condition: (beat: Heartbeat) => boolean | undefined,
    withinMs = answerMs,
  ): Promise<boolean> {
    const first = await heartbeat()
    const deadline = performance.now() + withinMs
    while (performance.now() < deadline) {
      const beat = await heartbeat()
      if (beat && beat.beat !== first?.beat && condition(beat)) return true
      await delay(desk.paceMs / 2)
    }
    return false
  }

  return {
    /** Every switchover that is not settled yet, oldest first; more than one when a database was away. */
    async armings(): Promise<Arming[]> {
      const keys = await desk.list('watchdog/armed-')
      const armings = await Promise.all(keys.map((key) => take<Arming>(key)))
      return armings.filter((arming) => arming !== undefined).sort((a, b) => a.epoch - b.epoch)
    },
    /** What stands for one epoch now. */
    arming: (epoch: number) => take<Arming>(armingKey(epoch)),
    /** The last sign of life, of whichever watchdog. */
    lastBeat: heartbeat,
    beat: (heartbeat: Omit<Heartbeat, 'protocol'>) =>
      desk.put(heartbeatKey, JSON.stringify({ ...heartbeat, protocol }), 'passing'),
    /** Takes away the guard of this epoch, and of no other. */
    disarm: (epoch: number) => desk.remove(armingKey(epoch)),
    /** Hands the switchover to the watchdog and returns when it has said that it guards it. */
    async arm(arming: Arming): Promise<void> {
      await desk.put(armingKey(arming.epoch), JSON.stringify(arming))
      let other: number | undefined
      const taken = await freshBeat((beat) => {
        if (beat.protocol !== protocol) other = beat.pid
        return beat.armed?.includes(arming.epoch) && beat.protocol === protocol
      }, answerMs + proofMs)
      if (taken) return
      await desk.remove(armingKey(arming.epoch))
      throw new Error(
        other === undefined
          ? `${noWatchdog} (it did not take epoch ${arming.epoch})`
          : `the watchdog (process ${other}) is of another version than this runbook: start it anew from this one`,
      )
    },
    /** Gives a guarded switchover more time: writes flow again, what is left is not urgent. */
    ease: (arming: Arming) => desk.put(armingKey(arming.epoch), JSON.stringify(arming)),
    /** Waits until an epoch is no longer guarded: somebody has settled it on both sides. */
    async released(epoch: number, timeoutMs: number): Promise<boolean> {
      const deadline = performance.now() + timeoutMs
      while (performance.now() < deadline) {
        if ((await desk.read(armingKey(epoch))) === undefined) return true
        await delay(2 * desk.paceMs)
      }
      return false
    },
    /** @throws Error when no watchdog lives */
    async expectWatchdog(): Promise<void> {
      if (!(await freshBeat(() => true))) throw new Error(noWatchdog)
    },
  }
}

export type Mailbox = ReturnType<typeof mailbox>

const noWatchdog =
  'no watchdog answers: without it nobody would open the gate again if this run died in the pause; start it under a supervisor: npm run watchdog -- FILE'
