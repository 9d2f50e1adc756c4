import pg from 'pg'
import type { PgbenchWorld } from './world.ts'

/** Writes through the pooler without a rest, one after the other; its longest wait is what a pause is at its worst. */
export interface Probe {
  begin(): void
  /** Returns the longest that one took since `begin`, milliseconds, once the last has ended. */
  end(): Promise<number>
  close(): Promise<void>
}

/** At a low rate often no transaction of the load comes within a short pause, and then it says nothing of it. */
export async function openProbe({ pooler }: PgbenchWorld): Promise<Probe> {
  const client = new pg.Client({ connectionString: pooler.appUrl, application_name: 'probe' })
  await client.connect()
  let longestMs = 0
  let on = false
  let writing: Promise<void> = Promise.resolve()

  async function write(): Promise<void> {
    while (on) {
      const from = performance.now()
      await client.query('update pgbench_tellers set tbalance = tbalance where tid = 1')
      longestMs = Math.max(longestMs, performance.now() - from)
    }
  }

  return {
    begin() {
      longestMs = 0
      on = true
      writing = write()
      // Whoever ends it gets the error.
      writing.catch(() => {})
    },
    async end() {
      on = false
      await writing
      return longestMs
    },
    close: () => client.end(),
  }
}
