import pg from 'pg'
import { createFrontDoor } from '../../migration/front-door/create.ts'
import { readSite } from '../../migration/site.ts'
import type { Load } from '../load/client.ts'
import type { Direction, Series } from '../report/data.ts'
import type { Status } from '../terminal/status.ts'
import { database } from '../world/databases.ts'
import type { World } from '../world/world.ts'
import { readRuns } from './journal-steps.ts'

/** Looks at the world four times a second while the rehearsal runs, without taking part in it. */
export interface Observer {
  /** Moments are milliseconds of the Unix epoch. */
  readonly lag: Series['replicationLag']
  readonly weight: Series['weight']
  stop(): Promise<void>
}

const everyMs = 250

export async function observe(
  world: World,
  load: Load,
  startedAt: number,
  show: (status: Status) => void,
): Promise<Observer> {
  const { source, target } = world.databases
  const clients = { forward: new pg.Client(source.url(database)), back: new pg.Client(target.url(database)) }
  const door = createFrontDoor(readSite(world.siteFile))
  for (const client of Object.values(clients)) {
    client.on('error', () => {})
    await client.connect()
  }
  const lag: Series['replicationLag'] = []
  const weight: Series['weight'] = []
  let stopped = false

  async function look(): Promise<void> {
    const now = Date.now()
    const [{ cloud }, { onPremises, cloud: cloudSide }, stats, ...lags] = await Promise.all([
      door.weights(),
      door.metrics(now - 1000),
      load.stats(),
      ...(['forward', 'back'] as const).map((direction) => activeLag(clients[direction], direction)),
    ])
    const current = lags.find((sample) => sample !== undefined)
    if (current) lag.push({ tMs: now, ...current })
    weight.push({ tMs: now, cloud })
    const run = readRuns(world.journal).at(-1)
    show({
      elapsedMs: now - startedAt,
      ...(run?.running
        ? { runbook: run.runbook, step: run.running.step, stepElapsedMs: now - run.running.startMs }
        : {}),
      perSecond: { onPremises: onPremises.requests, cloud: cloudSide.requests },
      weight: cloud,
      lag: current,
      acknowledged: stats.total.acknowledged,
      failed: stats.total.failed,
    })
  }

  const looking = (async () => {
    while (!stopped) {
      const began = performance.now()
      // A moment without a picture is no reason to end the rehearsal.
      await look().catch(() => {})
      await new Promise((resolve) => setTimeout(resolve, Math.max(10, everyMs - (performance.now() - began))))
    }
  })()

  return {
    lag,
    weight,
    async stop() {
      stopped = true
      await looking
      await Promise.allSettled([...Object.values(clients).map((client) => client.end()), door.close()])
    },
  }
}

/** The link that runs: the other one's slot stands still until it is its turn. */
async function activeLag(
  client: pg.Client,
  direction: Direction,
): Promise<{ bytes: number; direction: Direction } | undefined> {
  const { rows } = await client.query(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::float8 as bytes
     from pg_replication_slots where slot_name ~ '^lift_.*_e[0-9]+$' and active`,
  )
  return rows[0] ? { bytes: Math.max(0, rows[0].bytes), direction } : undefined
}
