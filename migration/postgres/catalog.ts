import pg, { type ClientBase } from 'pg'

export interface Relation {
  schema: string
  name: string
}

export interface TableInfo extends Relation {
  /** d default (primary key), n nothing, f full, i index */
  replicaIdentity: 'd' | 'n' | 'f' | 'i'
  hasPrimaryKey: boolean
  isPartition: boolean
  isPartitioned: boolean
  unlogged: boolean
}

/** Quoted for SQL text: `"schema"."name"`. */
export const quoted = (relation: Relation): string =>
  `${pg.escapeIdentifier(relation.schema)}.${pg.escapeIdentifier(relation.name)}`

const userSchema = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', 'lift')`

const notOfExtension = `not exists (select from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

/** Every table and partition of the application, by schema and name. */
export async function userTables(client: ClientBase): Promise<TableInfo[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, c.relreplident as "replicaIdentity",
            exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary) as "hasPrimaryKey",
            c.relispartition as "isPartition", c.relkind = 'p' as "isPartitioned", c.relpersistence = 'u' as unlogged
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence <> 't' and ${userSchema} and ${notOfExtension}
     order by 1, 2`,
  )
  return rows
}

export async function userSequences(client: ClientBase): Promise<Relation[]> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and ${userSchema} and ${notOfExtension}
     order by 1, 2`,
  )
  return rows
}

/** Owners of subscriptions: without LOGIN their workers end, and what they carry stops. */
export async function subscriptionOwners(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(
    `select distinct r.rolname as name from pg_catalog.pg_subscription s join pg_catalog.pg_roles r on r.oid = s.subowner`,
  )
  return rows.map((row) => row.name)
}

/** Materialised views that have contents here and none there, in the order they were made: one may read another. */
export async function unfilledViews(here: ClientBase, there: ClientBase): Promise<Relation[]> {
  const views = `select n.nspname as schema, c.relname as name, c.relispopulated as filled
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'm' and ${userSchema} and ${notOfExtension} order by c.oid`
  const [ours, theirs] = await Promise.all([here.query(views), there.query(views)])
  const filled = new Set(ours.rows.filter((row) => row.filled).map(quoted))
  return theirs.rows.filter((row) => !row.filled && filled.has(quoted(row)))
}

/**
 * Roles that may log in and write to a table of the application, without superusers and without `exempt`.
 * @param hasFence false where no fence that can be read may have taken their LOGIN
 */
export async function writingRoles(client: ClientBase, exempt: string[], hasFence = true): Promise<string[]> {
  const saved = hasFence ? 'select jsonb_array_elements_text(saved) from lift.fence' : `select ''`
  const { rows } = await client.query(
    `select r.rolname as name from pg_catalog.pg_roles r
     where (r.rolcanlogin or r.rolname = any (${saved}))
       and not r.rolsuper and r.rolname <> all ($1)
       and exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                   where c.relkind in ('r', 'p') and ${userSchema}
                     and has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate'))
     order by 1`,
    [exempt],
  )
  return rows.map((row) => row.name)
}
