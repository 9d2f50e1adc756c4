import type { Socket } from 'node:net'
import pg from 'pg'
import { closeSession } from '../postgres/session.ts'

export type Ask = (command: string) => Promise<Record<string, string>[]>

/** A column of `SHOW POOLS`, added up over the pools of a database. */
export async function sumOfPools(
  ask: Ask,
  database: string,
  column: 'cl_waiting' | 'sv_login',
): Promise<number> {
  const pools = await ask('show pools')
  return pools
    .filter((pool) => pool.database === database)
    .reduce((sum, pool) => sum + Number(pool[column]), 0)
}

/** An admin console that is connected at its first command; it speaks only the simple query protocol. */
export function adminConsole(url: string, queryTimeoutMs?: number) {
  let connecting: Promise<pg.Client> | undefined
  let connected: pg.Client | undefined
  const connect = async () => {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 3000,
      ...(queryTimeoutMs && { query_timeout: queryTimeoutMs }),
    })
    client.on('error', () => {
      connecting = undefined
    })
    await client.connect()
    connected = client
    return client
  }
  const open = () => {
    connecting ??= connect()
    connecting.catch(() => {
      connecting = undefined
    })
    return connecting
  }
  const drop = () => {
    connecting = undefined
    // The driver's way to end waits for the answer that will not come.
    ;(connected as unknown as { connection: { stream: Socket } } | undefined)?.connection.stream.destroy()
  }
  const query: Ask = async (command) => {
    try {
      return (await (await open()).query(command)).rows
    } catch (error) {
      // Whoever asks next must not wait behind a command that is not answered.
      if (/timeout/i.test((error as Error).message)) drop()
      throw error
    }
  }
  return {
    open,
    drop,
    query,
    async end() {
      await connecting?.then(closeSession).catch(() => {})
    },
  }
}
