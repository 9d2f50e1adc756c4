import type { ClientBase } from 'pg'
import type { Database } from '../database.ts'
import { demand } from './step.ts'

/**
 * Vacuums and analyses of this database that our role could not get past at once: a superuser makes them give way in
 * 1 ms, anybody else waits for `deadlock_timeout` (fence.ts), and payments with it.
 */
export async function vacuumsIn(client: ClientBase): Promise<number> {
  const { rows } = await client.query(
    `select count(*)::int as running
     from (select datname from pg_catalog.pg_stat_progress_vacuum
           union all select datname from pg_catalog.pg_stat_progress_analyze) work
     where datname = current_database()
       and not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)`,
  )
  return rows[0].running
}

/** A vacuum against wraparound gives way to nobody but a superuser: the side it runs on could not be opened. */
export async function demandNoWraparound({ client, side }: Database): Promise<void> {
  const { rows } = await client.query(
    `select pid, query from pg_catalog.pg_stat_activity
     where datname = current_database() and backend_type = 'autovacuum worker'
       and query like '%(to prevent wraparound)'
       and not (select rolsuper from pg_catalog.pg_roles where rolname = current_user)`,
  )
  const list = rows.map(({ pid, query }) => `process ${pid}, ${query}`)
  demand(
    list.length === 0,
    `on the ${side} a vacuum that gives way to nobody would keep its table from being fenced or opened: ${list.join('; ')}; wait until it has ended, or run «vacuum freeze» before the window`,
  )
}
