import type { ClientBase } from 'pg'
import type { Side } from './gate/gate.ts'
import { quoted, type Relation, userTables } from './postgres/catalog.ts'

/**
 * What the lift itself keeps in each database: the fence row with its token, a nonce table for each direction
 * (published only by the side of its name, so that nonces never meet), and the canary table, which is fenced
 * like the application's own.
 */
const definitions = `
  create schema if not exists lift;
  create table if not exists lift.fence (
    id boolean primary key default true check (id),
    token bigint not null,
    state text not null check (state in ('open', 'fenced')),
    saved jsonb not null default '[]');
  create table if not exists lift.nonce_source (id int primary key, value text not null);
  create table if not exists lift.nonce_target (id int primary key, value text not null);
  create table if not exists lift.canary (epoch bigint primary key, written_at timestamptz not null);
  create or replace function lift.refuse_write() returns trigger language plpgsql as $body$
  begin
    raise exception 'payments-lift: this database is fenced' using
      errcode = 'LF001',
      hint = 'It is not the system of record. Connect through the pooler, which knows where that is.';
  end $body$;
  grant usage on schema lift to public;
  grant insert, update, select on lift.canary to public;`

const fenceTrigger = 'lift_fence'

/**
 * Installs it, or completes it when tables have been added since. The fence's triggers are created in the state
 * the fence row says, so that a new table is never the hole in a closed fence.
 * @param initially the state of a database that has no fence row yet
 */
export async function installLiftSchema(
  client: ClientBase,
  side: Side,
  initially: 'open' | 'fenced',
  lockTimeoutMs: number,
): Promise<void> {
  await client.query(definitions)
  await client.query('insert into lift.fence (token, state) values (0, $1) on conflict do nothing', [
    initially,
  ])
  await client.query(`insert into lift.nonce_target (id, value) values (1, 'seed') on conflict do nothing`)
  // The target gets this row with the first copy; a row there already would collide with it.
  if (side === 'source')
    await client.query(`insert into lift.nonce_source (id, value) values (1, 'seed') on conflict do nothing`)
  for (const table of await unfencedTables(client)) await addTrigger(client, table, lockTimeoutMs)
}

/** The tables that the fence covers: the application's, each partition by itself, and the canary's. */
export async function fencedTables(client: ClientBase): Promise<Relation[]> {
  return [...(await userTables(client)), { schema: 'lift', name: 'canary' }]
}

/** Tables with the fence's trigger: those that can be opened, whatever has been made or dropped since. */
export async function coveredTables(client: ClientBase): Promise<Relation[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_trigger t join pg_catalog.pg_class c on c.oid = t.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where t.tgname = $1`,
    [fenceTrigger],
  )
  return rows
}

/** Tables without the fence's trigger: a hole when the fence closes. */
export async function unfencedTables(client: ClientBase): Promise<Relation[]> {
  const covered = new Set((await coveredTables(client)).map(quoted))
  return (await fencedTables(client)).filter((table) => !covered.has(quoted(table)))
}

/** Statements that close or open the data fence on the given tables, to be run in the transaction of the fence row. */
export function triggerSql(tables: Relation[], state: 'open' | 'fenced'): string {
  const verb = state === 'fenced' ? 'enable' : 'disable'
  return tables.map((table) => `alter table only ${quoted(table)} ${verb} trigger ${fenceTrigger};`).join(' ')
}

async function addTrigger(client: ClientBase, table: Relation, lockTimeoutMs: number): Promise<void> {
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`)
    await client.query(
      `create trigger ${fenceTrigger} before insert or update or delete or truncate on ${quoted(table)}
       for each statement execute function lift.refuse_write()`,
    )
    const { rows } = await client.query('select state from lift.fence for share')
    await client.query(triggerSql([table], rows[0].state))
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(
      `the fence could not be prepared on ${quoted(table)}: ${(error as Error).message}; a long transaction may hold the table: end it and run the step again`,
    )
  }
}
