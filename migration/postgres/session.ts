import type { Socket } from 'node:net'
import pg from 'pg'
import type { Side } from '../gate/gate.ts'

/** Any number will do, as long as it is the same for everyone: the advisory lock of who may act. */
const holderLock = 0x6c696674

/**
 * A session for acts on one database. It commits durably whatever the role's defaults say, renders values the
 * same on every server, and is not cut by the time-outs that are set for applications. What is asked for at once goes
 * to the server at once, and is answered in order.
 * @param queryTimeoutMs how long a query may go without an answer: the machine may be gone without a word; 0 for ever
 */
export async function openSession(url: string, purpose: string, queryTimeoutMs = 0): Promise<pg.Client> {
  const [address, theirs] = withoutOptions(url)
  const client = new pg.Client({
    connectionString: address,
    ...(queryTimeoutMs > 0 && { query_timeout: queryTimeoutMs }),
    application_name: `payments-lift ${purpose}`,
    connectionTimeoutMillis: 3000,
    keepAlive: true,
    pipeline: true,
    // Ours come last, and so they hold.
    options: `${theirs} ${[
      'synchronous_commit=on',
      'statement_timeout=0',
      'lock_timeout=0',
      'idle_in_transaction_session_timeout=0',
      'default_transaction_read_only=off',
      'search_path=pg_catalog',
      // The freeze of the schema lets these sessions through, whatever their role.
      'lift.acts=on',
    ]
      .map((setting) => `-c ${setting}`)
      .join(' ')}`,
  })
  // A session that breaks while idle is noticed at the next query; without a listener it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    // Asked for only where a role's default makes it necessary: not every owner of tables may set it.
    await client.query(
      `select set_config('session_replication_role', 'origin', false) where current_setting('session_replication_role') <> 'origin'`,
    )
    return client
  } catch (error) {
    await closeSession(client)
    throw error
  }
}

/** A connection string without its `options`, which would take the place of ours, and those options. */
function withoutOptions(text: string): [address: string, options: string] {
  const url = new URL(text)
  const options = url.searchParams.get('options') ?? ''
  url.searchParams.delete('options')
  return [options ? url.href : text, options]
}

/** Runs several statements without parameters in one round trip: one transaction, but for BEGIN and COMMIT in it. */
export async function queryAll(client: pg.ClientBase, text: string): Promise<pg.QueryResult[]> {
  return (await client.query(text)) as unknown as pg.QueryResult[]
}

/**
 * PL/pgSQL that ends the processes whose `pid` a query gives and waits until it gives none: one that was terminated may
 * still be there when `pg_terminate_backend` returns.
 */
export const untilGoneSql = (query: string): string => `
  while (select count(pg_terminate_backend(pid)) > 0 from (${query}) still) loop
    perform pg_sleep(0.001);
    perform pg_stat_clear_snapshot();
  end loop;`

/** Ends a session, also one whose server does not answer any more. */
export async function closeSession(client: pg.Client): Promise<void> {
  const stream = (client as unknown as { connection: { stream?: Socket } }).connection.stream
  const late = setTimeout(() => stream?.destroy(), 1000)
  await client.end().catch(() => {})
  clearTimeout(late)
}

export class HolderError extends Error {
  override readonly name = 'HolderError'
}

/** Takes the advisory lock that the acts of a switchover are done under, or says who has it. */
export async function becomeHolder(client: pg.ClientBase, side: Side): Promise<void> {
  const { rows } = await client.query('select pg_try_advisory_lock($1) as held', [holderLock])
  if (rows[0].held) return
  const holders = await otherHolders(client)
  throw new HolderError(
    `another run acts on the ${side} database (${holders.map((h) => `${h.application_name}, process ${h.pid}, since ${h.since}`).join('; ')}); wait for it, or take over with «resume»`,
  )
}

/** Ends the sessions of whoever held the lock, waits until they are gone, and takes it. */
export async function takeOver(client: pg.ClientBase): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      `select pg_try_advisory_lock($1) as held,
              (select count(pg_terminate_backend(pid)) from pg_catalog.pg_locks
               where locktype = 'advisory' and classid = 0 and objid = $1 and objsubid = 1
                 and database = (select oid from pg_catalog.pg_database where datname = current_database())
                 and granted and pid <> pg_backend_pid()) as ended`,
      [holderLock],
    )
    if (rows[0].held) return
  }
}

async function otherHolders(client: pg.ClientBase) {
  const { rows } = await client.query(
    `select a.pid, a.application_name, a.backend_start::text as since
     from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.classid = 0 and l.objid = $1 and l.objsubid = 1 and l.granted
       and l.database = (select oid from pg_catalog.pg_database where datname = current_database())`,
    [holderLock],
  )
  return rows as { pid: number; application_name: string; since: string }[]
}
