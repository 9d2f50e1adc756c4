import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { boot } from '../machine-clock.ts'
import type { Store } from '../store/store.ts'
import { type ProcessStart, startOf } from './process-start.ts'

export interface LockHolder {
  runbook: string
  /** Who runs it. */
  person?: string
  host: string
  pid: number
  since: string
  /** Where the platform tells it. */
  start?: ProcessStart
}

export class LockedError extends Error {
  override readonly name = 'LockedError'
}

const lockKey = 'lock.json'
/** The holder's sign of life, for those on other machines: a count that grows, so that no two clocks are compared. */
const beatKey = 'lock-beat.json'

/** How long another who read the old lock may take to write, at the least, milliseconds. */
const contestMs = 250

/** How often the holder gives a sign, milliseconds. */
const usualBeatMs = 2000

/** Gives a lock back; with `leave` the lock that it took the place of stands again. */
export type Release = (leave?: LockHolder) => Promise<void>

/** What `resume` has the lock as: it settles what a run has left, has no journal, and stops for nobody. */
export const settling = 'resume'

export interface LockOptions {
  /** Who it is that runs it. */
  person?: string
  beatMs?: number
}

/**
 * Lets one runbook run at a time on a site. Returns what gives the lock back.
 * @throws LockedError that says who has it and since when
 */
export async function lock(
  desk: Store,
  runbook: string,
  { person, beatMs = usualBeatMs }: LockOptions = {},
): Promise<Release> {
  const mine = holderOf(runbook, person)
  if (!(await desk.create(lockKey, JSON.stringify(mine)))) throw await lockedBy(desk, beatMs)
  return held(desk, mine, beatMs)
}

/**
 * Takes the place of a lock that may be taken over; at no moment is there none.
 * @throws LockedError when another was faster
 */
export async function lockInsteadOf(
  desk: Store,
  left: LockHolder,
  runbook: string,
  { person, beatMs = usualBeatMs }: LockOptions = {},
): Promise<Release> {
  const mine = holderOf(runbook, person)
  if ((await desk.read(lockKey)) !== JSON.stringify(left)) throw await lockedBy(desk, beatMs)
  await desk.put(lockKey, JSON.stringify(mine))
  // Of two that came at once it is the one who wrote last.
  await delay(desk.paceMs + contestMs)
  const release = held(desk, mine, beatMs)
  try {
    if ((await desk.read(lockKey)) !== JSON.stringify(mine)) throw await lockedBy(desk, beatMs)
    return release
  } catch (error) {
    await release(left).catch(() => {})
    throw error
  }
}

function holderOf(runbook: string, person: string | undefined): LockHolder {
  const start = startOf(process.pid)
  return {
    runbook,
    ...(person && { person }),
    host: hostname(),
    pid: process.pid,
    since: new Date().toISOString(),
    ...(start && { start }),
  }
}

const lockedBy = async (desk: Store, beatMs: number): Promise<LockedError> =>
  new LockedError((await readLock(desk, beatMs))?.explanation ?? 'another run has just ended: try again')

/** Gives signs of life until it is given back. */
function held(desk: Store, mine: LockHolder, beatMs: number): Release {
  let beat = Math.floor(Math.random() * 1e12)
  const giveSign = () =>
    desk.put(beatKey, JSON.stringify({ ...mine, beat: beat++ }), 'passing').catch(() => {})
  let sign = giveSign()
  const beating = setInterval(() => {
    sign = giveSign()
  }, beatMs)
  beating.unref()
  return async (leave) => {
    clearInterval(beating)
    await sign
    // Who was taken over while it slept must not give back the lock of another.
    if ((await desk.read(lockKey)) !== JSON.stringify(mine)) return
    if (leave) await desk.put(lockKey, JSON.stringify(leave))
    else await removeLock(desk)
  }
}

export interface StandingLock {
  holder: LockHolder
  /** False when its process is known to be gone, or has given no sign for three beats. */
  alive: boolean
  /** Who has it, since when, and what to do. */
  explanation: string
}

/** The lock that stands on a site; undefined when there is none. */
export async function readLock(desk: Store, beatMs = usualBeatMs): Promise<StandingLock | undefined> {
  const text = await desk.read(lockKey)
  if (text === undefined) return undefined
  const holder = JSON.parse(text) as LockHolder
  const whose = holder.person ? `started by ${holder.person}: ` : ''
  const who = `${whose}«${holder.runbook}» runs since ${holder.since} on ${holder.host}, process ${holder.pid}`
  // Of another start of the machine, or of another machine with its name: no process of today says anything.
  const here = holder.host === hostname() && (!holder.start || holder.start.boot === boot)
  const alive = here ? lives(holder) : await givesSign(desk, 3 * beatMs)
  const gone = here ? 'that process is gone' : `it has given no sign for ${(3 * beatMs) / 1000} s`
  return {
    holder,
    alive,
    explanation: alive
      ? `${who}: wait until it has ended${holder.runbook === settling ? '; it settles what a run has left' : ''}`
      : `${who}, but ${gone}: its lock is stale. «npm run runbook -- resume (--site FILE | --stack NAME) --execute» settles what it left and removes it`,
  }
}

async function removeLock(desk: Store): Promise<void> {
  await desk.remove(beatKey)
  await desk.remove(lockKey)
}

async function givesSign(desk: Store, withinMs: number): Promise<boolean> {
  const first = await desk.read(beatKey)
  const deadline = performance.now() + withinMs
  while (performance.now() < deadline) {
    await delay(desk.paceMs)
    if ((await desk.read(beatKey)) !== first) return true
  }
  return false
}

function lives({ pid, start }: LockHolder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  // Another process may have the number now; one that cannot be looked at counts as the holder.
  const now = startOf(pid)
  return !start || !now || now.ticks === start.ticks
}
