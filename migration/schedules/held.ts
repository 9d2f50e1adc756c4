import { StaleTokenError, settledToken } from '../epoch.ts'
import type { Store } from '../store/store.ts'
import type { ScheduleState, Schedules } from './schedules.ts'

/** What a switchover holds; it stands until it has been given back. */
export interface Hold {
  epoch: number
  /** Those that fired before: one that somebody had disabled stays so. */
  names: string[]
  /** ISO 8601, for people: what should have fired since then has not. */
  since: string
}

const key = 'schedules/held.json'

/** Holds schedules and gives them back, each as it was. Both may be repeated without harm. */
export function heldSchedules(schedules: Schedules, desk: Store) {
  const none = schedules.kind === 'none'

  async function held(): Promise<Hold | undefined> {
    const text = await desk.read(key)
    return text === undefined ? undefined : (JSON.parse(text) as Hold)
  }

  return {
    list: (): Promise<ScheduleState[]> => schedules.list(),
    /**
     * Lets none fire from here on. What is held is written down first, so that whoever comes after a crash knows.
     * @throws StaleTokenError when a later switchover holds them
     */
    async hold(epoch: number): Promise<Hold | undefined> {
      if (none) return undefined
      const earlier = await held()
      if (earlier && earlier.epoch > epoch)
        throw new StaleTokenError('the schedules', settledToken(epoch), settledToken(earlier.epoch))
      const firing = (await schedules.list()).filter(({ fires }) => fires).map(({ name }) => name)
      const names = [...new Set([...(earlier?.names ?? []), ...firing])].sort()
      if (names.length === 0) return undefined
      const hold: Hold = { epoch, names, since: earlier?.since ?? new Date().toISOString() }
      await desk.put(key, JSON.stringify(hold))
      for (const name of firing) await schedules.set(name, false)
      return hold
    },
    /** Gives back what this switchover, or an earlier one, holds; nothing of a later one. */
    async release(epoch: number): Promise<Hold | undefined> {
      if (none) return undefined
      const hold = await held()
      if (!hold || hold.epoch > epoch) return undefined
      for (const name of hold.names) await schedules.set(name, true)
      await desk.remove(key)
      return hold
    },
    /** Gives back what a run holds that is over. Only while no switchover is under way. */
    async releaseAny(): Promise<Hold | undefined> {
      return this.release(Number.POSITIVE_INFINITY)
    },
  }
}

export type HeldSchedules = ReturnType<typeof heldSchedules>

export const releasedText = ({ names, since }: Hold): string =>
  `fire again: ${names.join(', ')}; what should have fired since ${since} has not`
