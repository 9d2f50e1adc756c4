/** What a side's catalog says about its tables. */
import type pg from 'pg'
import { rows } from '../session.ts'
import { type Table, tableName } from '../types.ts'
import type { ColumnType } from './columns.ts'

export interface CatalogColumn extends ColumnType {
  name: string
  /** The type as SQL writes it, domains resolved: for casts. */
  castType: string
  /** No row can hold NULL. */
  notNull: boolean
}

export interface CatalogTable extends Table {
  columns: CatalogColumn[]
  partitioned: boolean
  /** Columns of the replica identity's index, else of the primary key, else of a unique index without NULLs. */
  key: string[]
  /** The planner's estimate. */
  estimatedRows: number
  partitions: Table[]
  /** Changes with the columns' names, types and order. */
  fingerprint: string
}

export interface Catalog {
  /** server_version_num, like 180004. */
  version: number
  encoding: string
  /** The cluster and the database: the same after a restart. */
  database: string
  /** Tells a primary from its standby, which share all of the above. */
  server: string
  /** By `tableName`. */
  tables: Map<string, CatalogTable>
}

const tablesSql = `
SELECT c.oid, n.nspname, c.relname, c.relkind = 'p', key.names,
  (SELECT sum(greatest(l.reltuples, 0))::int8 FROM pg_class l
    WHERE l.oid = c.oid OR l.oid IN (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf)),
  (SELECT json_agg(json_build_object('schema', pn.nspname, 'name', p.relname))
    FROM pg_partition_tree(c.oid) tree JOIN pg_class p ON p.oid = tree.relid
    JOIN pg_namespace pn ON pn.oid = p.relnamespace WHERE p.oid <> c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
  SELECT (SELECT json_agg(a.attname ORDER BY k.n)
      FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE k.n <= i.indnkeyatts) AS names
  FROM pg_index i
  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
    AND i.indpred IS NULL AND i.indexprs IS NULL
    AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)
      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
      WHERE k.n <= i.indnkeyatts AND NOT a.attnotnull)
  ORDER BY i.indisreplident DESC, i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) AS key ON true
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`

const columnsSql = `
SELECT a.attrelid, a.attname, b.typname, b.typtype, b.typnamespace = 'pg_catalog'::regnamespace,
  b.oid <> a.atttypid, format_type(b.oid, -1),
  -- From 18 on a constraint may be there before the rows were checked, and columns may be worked out when read.
  a.attnotnull AND a.attgenerated <> 'v' AND NOT EXISTS (SELECT FROM pg_constraint c
    WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND NOT c.convalidated AND c.conkey = ARRAY[a.attnum])
FROM pg_attribute a
CROSS JOIN LATERAL (
  WITH RECURSIVE under AS (
    SELECT t.oid, t.typname, t.typtype, t.typnamespace, t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid
    UNION ALL
    SELECT t.oid, t.typname, t.typtype, t.typnamespace, t.typbasetype FROM under JOIN pg_type t ON t.oid = under.typbasetype)
  SELECT * FROM under WHERE typbasetype = 0) b
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid = ANY ($1::oid[])
ORDER BY a.attrelid, a.attnum`

const serverSql = `
SELECT current_setting('server_version_num'), current_setting('server_encoding'),
  concat_ws('/', CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
    THEN (SELECT system_identifier FROM pg_control_system()) END,
    (SELECT oid FROM pg_database WHERE datname = current_database())),
  concat_ws('/', pg_postmaster_start_time(), inet_server_addr(), inet_server_port())`

/** Every table but those of extensions and temporary ones. */
export async function readCatalog(client: pg.ClientBase): Promise<Catalog> {
  const [[version, encoding, database, server]] = (await rows(client, serverSql)) as [
    [string, string, string, string],
  ]
  const byOid = new Map<string, CatalogTable>()
  for (const [oid, schema, name, partitioned, key, estimate, partitions] of await rows(client, tablesSql)) {
    byOid.set(oid!, {
      schema: schema!,
      name: name!,
      columns: [],
      partitioned: partitioned === 't',
      key: JSON.parse(key ?? '[]'),
      estimatedRows: Number(estimate),
      partitions: JSON.parse(partitions ?? '[]'),
      fingerprint: '',
    })
  }
  for (const [oid, name, base, kind, builtin, domain, castType, notNull] of await rows(client, columnsSql, [
    [...byOid.keys()],
  ])) {
    byOid.get(oid!)!.columns.push({
      name: name!,
      base: base!,
      kind: kind!,
      builtin: builtin === 't',
      domain: domain === 't',
      castType: castType!,
      notNull: notNull === 't',
    })
  }
  for (const table of byOid.values()) table.fingerprint = JSON.stringify(table.columns)
  const tables = new Map([...byOid.values()].map((table) => [tableName(table), table]))
  return { version: Number(version), encoding, database, server, tables }
}
