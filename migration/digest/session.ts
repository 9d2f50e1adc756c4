/** Sessions whose text output does not depend on the server, the role or the database. */
import pg from 'pg'
import { cannotCompare } from './errors.ts'
import { type Connection, qualified, type Side, type Table } from './types.ts'

const pins = {
  datestyle: 'ISO, YMD',
  timezone: 'UTC',
  intervalstyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  xmloption: 'content',
  lc_monetary: 'C',
  client_encoding: 'UTF8',
  search_path: 'pg_catalog',
  // A policy that hides rows would make two halves look equal: an error instead.
  row_security: 'off',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
} as const

/** For the queries of a digest. */
export const digesting = {
  // Digests gain nothing from compilation, and a sort of whole rows would spill to disk.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  enable_sort: 'off',
} as const

/** The same for a connection that streams changes, which takes settings only when it starts. */
export const pinnedOutput = ['datestyle', 'timezone', 'intervalstyle', 'extra_float_digits', 'bytea_output']
  .map((name) => `-c ${name}=${pins[name as keyof typeof pins].replaceAll(' ', '')}`)
  .join(' ')

const set = (settings: Record<string, string>) =>
  Object.entries(settings)
    .map(([name, value]) => `SET LOCAL ${name} = '${value}'`)
    .join('; ')

/** Opens a read-only transaction with pinned settings; `snapshot` joins another session's view. */
export function begin(settings: Record<string, string> = digesting, snapshot?: string): string {
  const join = snapshot ? `SET TRANSACTION SNAPSHOT '${snapshot}'; ` : ''
  return `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; ${join}${set({ ...pins, ...settings })}`
}

/**
 * Opens a snapshot and leaves it open. While it is, nobody who reads a page that changed since stops to prune it, which
 * is a third of a first look at a changed row (`benchmarks/verify.ts`). For seconds only: nobody vacuums either.
 */
export async function holdSnapshot(client: pg.ClientBase): Promise<void> {
  await client.query(`${begin()}; SELECT 1`)
}

/** Rows as arrays of text, whatever the types: values must arrive as the server wrote them. */
export async function rows(
  client: pg.ClientBase,
  text: string,
  values: unknown[] = [],
): Promise<(string | null)[][]> {
  const types = { getTypeParser: () => (value: unknown) => value } as unknown as pg.CustomTypesConfig
  const result = await client.query({ text, values, rowMode: 'array', types })
  return result.rows as (string | null)[][]
}

/** Sessions of one side that all see the same snapshot. */
export interface SnapshotSessions {
  side: Side
  sessions: pg.Client[]
  /** Ends the sessions on the server, whatever they are doing. */
  terminate(): Promise<void>
  close(): Promise<void>
}

/**
 * Locks the tables against a rewrite (TRUNCATE and some ALTERs empty a table for older snapshots) and then takes
 * the snapshot.
 */
export async function openSnapshot(
  side: Side,
  connection: Connection,
  jobs: number,
  tables: readonly Table[],
): Promise<SnapshotSessions> {
  const sessions: pg.Client[] = []
  const close = () => closeAll(sessions)
  try {
    const opened = await Promise.allSettled(Array.from({ length: jobs }, () => connect(side, connection)))
    for (const one of opened) if (one.status === 'fulfilled') sessions.push(one.value)
    for (const one of opened) if (one.status === 'rejected') throw one.reason
    const [leader, ...followers] = sessions as [pg.Client, ...pg.Client[]]
    await leader.query(begin({ ...digesting, lock_timeout: '5s' }))
    for (const table of tables) {
      await leader
        .query(`LOCK TABLE ${qualified(table)} IN ACCESS SHARE MODE`)
        .catch((error) => Promise.reject(cannotCompare(side, `reading ${table.schema}.${table.name}`, error)))
    }
    if (followers.length > 0) {
      const [[snapshot]] = (await rows(leader, 'SELECT pg_catalog.pg_export_snapshot()')) as [[string]]
      await Promise.all(followers.map((follower) => follower.query(begin(digesting, snapshot))))
    }
    return { side, sessions, close, terminate: () => terminate(side, connection, sessions) }
  } catch (error) {
    await close()
    throw cannotCompare(side, 'opening a snapshot', error)
  }
}

export async function connect(side: Side, connection: Connection): Promise<pg.Client> {
  const config = typeof connection === 'string' ? { connectionString: connection } : connection
  const client = new pg.Client({
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
    application_name: 'payments-lift verify',
    ...config,
  })
  // The query under way is told of a lost connection; without a listener it would also end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    // Time-outs that only newer servers have, and that a database or role may have set.
    await client.query(
      `SELECT pg_catalog.set_config(name, '0', false)
       FROM (VALUES ('transaction_timeout'), ('idle_session_timeout')) AS later(name)
       WHERE pg_catalog.current_setting(name, true) IS NOT NULL`,
    )
    return client
  } catch (error) {
    throw cannotCompare(side, 'connecting', error)
  }
}

async function closeAll(sessions: pg.Client[]): Promise<void> {
  await Promise.allSettled(sessions.map((session) => session.end()))
}

/**
 * Ends the sessions on the server, which would otherwise read on to the end of their queries. Not by a cancel: one
 * that overtakes its query on the way finds an idle session, and is lost.
 */
async function terminate(side: Side, connection: Connection, sessions: readonly pg.Client[]): Promise<void> {
  const client = await connect(side, connection)
  const pids = sessions.map((session) => (session as unknown as { processID: number }).processID)
  await client.query('SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.unnest($1::int4[]) pid', [
    pids,
  ])
  await client.end()
}
