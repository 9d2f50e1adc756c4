import type { ClientBase } from 'pg'

/**
 * Which database of which server answers, as SQL: every session of one database says the same, on Aurora too, and no
 * session of another. A server that was started again is another.
 */
export const identitySql = `select concat_ws('.', (extract(epoch from pg_catalog.pg_postmaster_start_time()) * 1000000)::bigint,
  (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())) as identity`

export async function identityOf(client: ClientBase): Promise<string> {
  const { rows } = await client.query(identitySql)
  return rows[0].identity
}
