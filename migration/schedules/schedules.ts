/** What fires by the clock and writes to the database: it is held while a switchover runs, so that it does not fire into the pause and fail. */
export interface Schedules {
  readonly kind: 'eventbridge' | 'none'
  /** Every schedule of the site, and whether it fires. */
  list(): Promise<ScheduleState[]>
  /** Lets one fire, or not; nothing else of it changes. */
  set(name: string, fires: boolean): Promise<void>
}

export interface ScheduleState {
  /** With its group: `default/nightly`. */
  name: string
  fires: boolean
  /** When: `cron(0 2 * * ? *)`. */
  expression: string
}

/** A site whose functions nothing fires by the clock, or that is not in AWS. */
export const noSchedules: Schedules = {
  kind: 'none',
  list: async () => [],
  async set(name) {
    throw new Error(`this site has no schedule ${name}`)
  },
}
