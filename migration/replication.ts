import pg, { type ClientBase } from 'pg'
import { quoted, type Relation, userTables } from './postgres/catalog.ts'
import { untilGoneSql } from './postgres/session.ts'
import { publication } from './publication.ts'
import type { Site } from './site.ts'

/**
 * Slots and subscriptions carry the epoch that made them, so that nobody takes an old one for this run's, and
 * the source's database, because the slots of all databases of a server share their names.
 */
export const linkName = (site: Site, epoch: number): string => `lift_${slug(site)}_e${epoch}`

/** The slot through which a run follows what changes, to compare it. */
export const trackingSlot = (site: Site, epoch: number): string => `${linkName(site, epoch)}_track`

/** Slots of runs that died: each would hold WAL until the disk is full. */
export async function dropTrackingSlots(client: ClientBase, site: Site): Promise<void> {
  const { rows } = await client.query(
    `select slot_name as name from pg_catalog.pg_replication_slots where slot_name ~ ('^lift_' || $1 || '_e[0-9]+_track$')`,
    [slug(site)],
  )
  for (const { name } of rows) await dropSlot(client, name)
}

/** Drops the slots of links that carry this site's database, but those that are `kept`. */
export async function dropLinkSlots(client: ClientBase, site: Site, kept: string[]): Promise<void> {
  const { rows } = await client.query(
    `select slot_name as name from pg_catalog.pg_replication_slots
     where slot_name ~ ('^lift_' || $1 || '_e[0-9]+$') and slot_name <> all ($2)`,
    [slug(site), kept],
  )
  for (const { name } of rows) await dropSlot(client, name)
}

function slug(site: Site): string {
  const database = decodeURIComponent(new URL(site.source.url).pathname.slice(1))
  return database
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_')
    .slice(0, 40)
}

/** A slot's life is longer than a session's: it holds WAL until it is dropped. */
export async function createSlot(client: ClientBase, name: string): Promise<void> {
  await client.query(
    `select pg_create_logical_replication_slot($1, 'pgoutput')
     where not exists (select from pg_catalog.pg_replication_slots where slot_name = $1)`,
    [name],
  )
}

/** Moves an idle slot to the server's own flush position: what came before was applied from the other side. */
export async function advanceSlot(client: ClientBase, name: string): Promise<string> {
  const { rows } = await client.query(
    'select end_lsn::text as lsn from pg_replication_slot_advance($1, pg_current_wal_flush_lsn())',
    [name],
  )
  return rows[0].lsn
}

/** False without `grant execute on function pg_replication_origin_advance(text, pg_lsn)`. */
export async function mayPinLinks(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(
    `select has_function_privilege('pg_catalog.pg_replication_origin_advance(text, pg_lsn)', 'execute') as ok`,
  )
  return rows[0].ok
}

/**
 * PL/pgSQL that lets a link that never ran begin at a position, on the side where it ends. A server that crashes
 * forgets how far a slot was advanced until its next checkpoint, and would send again what came from the other side:
 * the first row that is there already stops the link for ever. Where the link begins is remembered here, in the WAL.
 */
export const pinLinkSql = (name: string, lsn: string): string =>
  `${ofThisDatabase(
    `perform pg_replication_origin_advance('pg_' || oid, ${pg.escapeLiteral(lsn)}::pg_lsn) from`,
    `and subname = ${pg.escapeLiteral(name)}`,
  )};`

/** Ends whoever reads from the slot and drops it; no slot is no error. */
export async function dropSlot(client: ClientBase, name: string): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      'select active_pid, pg_terminate_backend(active_pid) from pg_catalog.pg_replication_slots where slot_name = $1',
      [name],
    )
    if (rows.length === 0) return
    if (rows[0].active_pid !== null) continue
    try {
      await client.query('select pg_drop_replication_slot($1)', [name])
      return
    } catch (error) {
      // A walsender took it between the two statements.
      if ((error as { code?: string }).code !== '55006') throw error
    }
  }
}

export interface SubscriptionOptions {
  /** Copy the rows that are there already; false when they came the other way. */
  copyData: boolean
  enabled: boolean
  /** False when the slot exists already. */
  createSlot: boolean
}

/** Subscribes the database of `to` under a link's name; the other's address stays in the catalog of `to`. */
export async function subscribe(
  to: ClientBase,
  name: string,
  conninfo: string,
  options: SubscriptionOptions,
): Promise<void> {
  const { rowCount } = await to.query(ofThisDatabase('select from', 'and subname = $1'), [name])
  if (rowCount) return
  await to.query(
    `create subscription ${name} connection ${pg.escapeLiteral(conninfo)} publication ${publication}
     with (slot_name = ${name}, create_slot = ${options.createSlot}, copy_data = ${options.copyData}, enabled = ${options.enabled})`,
  )
}

/** Follows tables that were published since, and copies them. */
export async function refreshSubscription(to: ClientBase, name: string): Promise<void> {
  await to.query(`alter subscription ${name} refresh publication with (copy_data = true)`)
}

/** The links that end in this database, oldest first. */
export async function subscriptions(
  client: ClientBase,
): Promise<{ name: string; enabled: boolean; slot: string | null }[]> {
  const { rows } = await client.query(
    ofThisDatabase(
      'select subname as name, subenabled as enabled, subslotname as slot from',
      `and subname ~ '^lift_.*_e[0-9]+$' order by oid`,
    ),
  )
  return rows
}

export async function enableSubscription(client: ClientBase, name: string): Promise<void> {
  await client.query(`alter subscription ${name} enable`)
}

/**
 * Whether each transaction that is applied waits for the disk. A slot confirms only what is on the other side's disk,
 * so a drain needs it; a busy server falls behind with it.
 */
export async function setSynchronousCommit(
  client: ClientBase,
  name: string,
  to: 'on' | 'off',
): Promise<void> {
  await client.query(`alter subscription ${name} set (synchronous_commit = '${to}')`)
}

export const disableSql = (name: string): string => `alter subscription ${name} disable;`

/** PL/pgSQL that tells the worker of a link that was disabled to end. Servers before 16 do not wake it by themselves. */
export const endApplyingSql = (name: string): string =>
  `perform pg_terminate_backend(pid) from (${applyingSql(name)}) worker;`

/** Waits until a link that was disabled has no worker any more. */
export async function awaitNoWorker(client: ClientBase, name: string): Promise<void> {
  await client.query(`do ${pg.escapeLiteral(`begin ${untilGoneSql(applyingSql(name))} end`)}`)
}

const applyingSql = (name: string): string =>
  `select s.pid from pg_catalog.pg_stat_subscription s join pg_catalog.pg_stat_activity using (pid)
   where s.subname = ${pg.escapeLiteral(name)}`

/** Stops a link for certain. */
export async function disableSubscription(client: ClientBase, name: string): Promise<void> {
  await client.query(disableSql(name))
  await awaitNoWorker(client, name)
}

/** Removes a link from the subscribing side only; its slot on the other side is dropped there. */
export async function dropSubscription(client: ClientBase, name: string): Promise<void> {
  const exists = (await subscriptions(client)).some((subscription) => subscription.name === name)
  if (!exists) return
  await disableSubscription(client, name)
  await client.query(`alter subscription ${name} set (slot_name = none)`)
  await client.query(`drop subscription ${name}`)
}

/** Tables of the link that are not yet replicated row by row, with their state. */
export async function unsyncedTables(
  to: ClientBase,
  name: string,
): Promise<(Relation & { state: string })[]> {
  const { rows } = await to.query(
    `select n.nspname as schema, c.relname as name, r.srsubstate as state
     from pg_catalog.pg_subscription_rel r join pg_catalog.pg_subscription s on s.oid = r.srsubid
     join pg_catalog.pg_class c on c.oid = r.srrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where s.subname = $1 and r.srsubstate <> 'r'`,
    [name],
  )
  return rows
}

/** Tables of the publishing side that the link does not carry: the drain would call them drained. */
export async function uncarriedTables(from: ClientBase, to: ClientBase, name: string): Promise<Relation[]> {
  const { rows } = await to.query(
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_subscription_rel r join pg_catalog.pg_subscription s on s.oid = r.srsubid
     join pg_catalog.pg_class c on c.oid = r.srrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where s.subname = $1 and r.srsubstate = 'r'`,
    [name],
  )
  const carried = new Set(rows.map(quoted))
  return (await userTables(from)).filter((table) => !table.isPartitioned && !carried.has(quoted(table)))
}

/** WAL not yet confirmed by the link's reader, bytes; undefined when the slot is not there. */
export async function lagBytes(from: ClientBase, slot: string): Promise<number | undefined> {
  const { rows } = await from.query(
    'select pg_wal_lsn_diff(pg_current_wal_flush_lsn(), confirmed_flush_lsn)::float8 as bytes from pg_catalog.pg_replication_slots where slot_name = $1',
    [slot],
  )
  return rows[0]?.bytes
}

const ofThisDatabase = (head: string, tail: string): string =>
  `${head} pg_catalog.pg_subscription where subdbid = (select oid from pg_catalog.pg_database where datname = current_database()) ${tail}`
