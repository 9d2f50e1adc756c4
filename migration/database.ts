import type pg from 'pg'
import type { Route, Side } from './gate/gate.ts'
import { closeSession, openSession } from './postgres/session.ts'
import type { Site } from './site.ts'

/** One of the two databases of a lift, with a session for acts on it. */
export interface Database {
  readonly side: Side
  readonly address: Route
  /** How the other database reaches it for replication. */
  readonly replicationUrl: string
  readonly client: pg.Client
  /** It could not be reached, and every query of its session fails with the reason. */
  readonly absent?: true
}

export const otherSide = (side: Side): Side => (side === 'source' ? 'target' : 'source')

export function addressOf(site: Site, side: Side): Route {
  const url = new URL(site[side].url)
  return { side, host: url.hostname, port: Number(url.port || 5432) }
}

/** @throws Error that names the database that cannot be reached */
export async function openDatabase(
  site: Site,
  side: Side,
  purpose: string,
  queryTimeoutMs = 0,
): Promise<Database> {
  const { url, replicationUrl = url } = site[side]
  const address = addressOf(site, side)
  try {
    return { side, address, replicationUrl, client: await openSession(url, purpose, queryTimeoutMs) }
  } catch (error) {
    throw new Error(
      `the ${side} database at ${address.host}:${address.port} cannot be reached: ${(error as Error).message}`,
    )
  }
}

/** The same for an emergency, which can do without a database: where it cannot be reached, it is marked as absent. */
export async function openIfReached(site: Site, side: Side, purpose: string): Promise<Database> {
  try {
    return await openDatabase(site, side, purpose, answerWithinMs)
  } catch (error) {
    const client = {
      query: () => Promise.reject(error),
      end: async () => {},
      connection: {},
    } as unknown as pg.Client
    return { side, address: addressOf(site, side), replicationUrl: site[side].url, client, absent: true }
  }
}

/** How long one query of such an act may go without an answer, milliseconds. */
const answerWithinMs = 10_000

/** Opens a database for one act and closes it, however the act ends. */
export async function freshlyOpened<T>(
  site: Site,
  side: Side,
  purpose: string,
  act: (database: Database) => Promise<T>,
): Promise<T> {
  const database = await openDatabase(site, side, purpose, answerWithinMs)
  try {
    return await act(database)
  } finally {
    await closeSession(database.client)
  }
}
