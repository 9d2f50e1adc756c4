import pg from 'pg'
import { identityOf } from '../postgres/identity.ts'
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
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 3000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return await identityOf(client)
  } finally {
    await client.end().catch(() => {})
  }
}
