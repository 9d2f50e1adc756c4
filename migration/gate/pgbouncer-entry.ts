import pg from 'pg'
import { identityOf } from '../postgres/identity.ts'
import { closeSession } from '../postgres/session.ts'
import type { Side } from './gate.ts'

/** The entry of a PgBouncer that leads to one side, whatever the route is. */
export const entryOf = (database: string, side: Side): string => `${database}__${side}`

/**
 * Logs in as the application through an entry.
 * @param appUrl the application's own connection string; its host and port are replaced by this pooler's
 * @returns which database answered (postgres/identity.ts)
 */
export async function askThroughEntry(appUrl: string, admin: string, entry: string): Promise<string> {
  const url = new URL(appUrl)
  url.host = new URL(admin).host
  url.pathname = `/${entry}`
  const client = new pg.Client({
    connectionString: url.href,
    connectionTimeoutMillis: 3000,
    // PgBouncer lets a client in and then tries to log in to the server until `query_wait_timeout`, 30 s and more.
    query_timeout: 5000,
  })
  client.on('error', () => {})
  try {
    await client.connect()
    return await identityOf(client)
  } finally {
    await closeSession(client)
  }
}
