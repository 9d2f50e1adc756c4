/** A table on one side as pieces of its storage: each can be read alone, in the order it lies on disk. */
import type pg from 'pg'
import type { TablePlan } from './plan.ts'
import { rows } from './session.ts'
import { qualified, type Side } from './types.ts'

export interface Unit {
  side: Side
  table: TablePlan
  /** The relation to read, quoted: the table, or one partition of it. */
  from: string
  /** An SQL condition on ctid, or `true`. */
  condition: string
  bytes: number
  /** Names the piece in a journal; another one after a rewrite of the table. */
  id: string
}

/** 64 MiB: some tenths of a second of work, so that progress, throttle and resumption are fine-grained. */
const blocksPerUnit = 8192

const relationsSql = `
WITH leaf AS (
  SELECT $1::regclass::oid AS oid
    WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = $1::regclass AND relkind = 'p')
  UNION ALL
  SELECT relid FROM pg_partition_tree($1::regclass) WHERE isleaf
    AND EXISTS (SELECT FROM pg_class WHERE oid = $1::regclass AND relkind = 'p'))
SELECT n.nspname, c.relname, c.relkind, pg_relation_size(c.oid), current_setting('block_size')::int8,
  c.oid || '/' || coalesce(pg_relation_filenode(c.oid), 0), has_table_privilege(c.oid, 'SELECT'),
  current_setting('server_version_num')::int4 >= 140000
FROM leaf JOIN pg_class c ON c.oid = leaf.oid JOIN pg_namespace n ON n.oid = c.relnamespace
ORDER BY c.oid`

/**
 * Pieces of at most 64 MiB. The whole table in one where the server cannot read a range of ctid (13), where a
 * partition is foreign, or where the role may read only the root of the partitions.
 */
export async function unitsOf(client: pg.ClientBase, side: Side, table: TablePlan): Promise<Unit[]> {
  const relations = await rows(client, relationsSql, [qualified(table)])
  const readable = relations.every((relation) => relation[6] === 't')
  if (!readable || relations.length === 0) {
    const bytes = relations.reduce((sum, relation) => sum + Number(relation[3]), 0)
    return [
      {
        side,
        table,
        from: qualified(table),
        condition: 'true',
        bytes,
        id: `root/${relations.map((r) => r[5]).join()}`,
      },
    ]
  }
  return relations.flatMap(([schema, name, kind, size, block, id, , byRange]) => {
    const from = `ONLY ${qualified({ schema: schema!, name: name! })}`
    const blocks = Math.ceil(Number(size) / Number(block))
    const whole = { side, table, from, condition: 'true', bytes: Number(size), id: id! }
    if (kind !== 'r' || byRange !== 't' || blocks <= blocksPerUnit) return [whole]
    return Array.from({ length: Math.ceil(blocks / blocksPerUnit) }, (_, i) => {
      const first = i * blocksPerUnit
      // The last piece is open: the table may have grown since its size was read.
      const last = first + blocksPerUnit >= blocks
      const upper = last ? '' : ` AND ctid < '(${first + blocksPerUnit},0)'`
      return {
        ...whole,
        condition: `ctid >= '(${first},0)'${upper}`,
        bytes: Math.min(blocksPerUnit, blocks - first) * Number(block),
        id: `${id}/${first}${last ? '+' : ''}`,
      }
    })
  })
}
