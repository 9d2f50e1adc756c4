/** A table on one side as pieces of its storage: each can be read alone, in the order it lies on disk. */
import type pg from 'pg'
import type { TablePlan } from '../plan/table-plan.ts'
import { rows } from '../session.ts'
import { relationOf } from '../sql.ts'
import { qualified, type Side } from '../types.ts'

export interface Chunk {
  side: Side
  table: TablePlan
  /** The relation to read, quoted: the table, or one partition of it. */
  from: string
  /** An SQL condition on ctid, or `true`. */
  condition: string
  /** The blocks that the condition names, where the server can read a range of them; open: and all that follow. */
  blocks?: { first: number; count: number; open: boolean }
  bytes: number
  /** Names the piece in a journal; another one after a rewrite of the table. */
  id: string
  /** The same for the same piece whatever else the database holds: divides the work among shards. */
  ordinal: number
}

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
 * Pieces of at most `chunkBytes`. The whole table in one where the server cannot read a range of ctid (13), where a
 * partition is foreign, or where the role may read only the root of the partitions.
 */
export async function chunksOf(
  client: pg.ClientBase,
  side: Side,
  table: TablePlan,
  chunkBytes: number,
): Promise<Chunk[]> {
  const relations = await rows(client, relationsSql, [qualified(table)])
  const readable = relations.every((relation) => relation[6] === 't')
  if (!readable || relations.length === 0) {
    const bytes = relations.reduce((sum, relation) => sum + Number(relation[3]), 0)
    return [
      {
        side,
        table,
        from: relationOf(table, side),
        condition: 'true',
        bytes,
        id: `root/${relations.map((relation) => relation[5]).join()}`,
        ordinal: Number.parseInt(relations[0]?.[5] ?? '0', 10),
      },
    ]
  }
  return relations.flatMap(([schema, name, kind, size, block, id, , byRange]) => {
    const from = `ONLY ${qualified({ schema: schema!, name: name! })}`
    const blocksPerChunk = Math.max(1, Math.floor(chunkBytes / Number(block)))
    const blocks = Math.ceil(Number(size) / Number(block))
    const whole = {
      side,
      table,
      from,
      condition: 'true',
      bytes: Number(size),
      id: id!,
      ordinal: Number.parseInt(id!, 10),
    }
    if (kind !== 'r' || byRange !== 't') return [whole]
    if (blocks <= blocksPerChunk) return [{ ...whole, blocks: { first: 0, count: blocks, open: true } }]
    return Array.from({ length: Math.ceil(blocks / blocksPerChunk) }, (_, i) => {
      const first = i * blocksPerChunk
      // The last piece is open: the table may have grown since its size was read.
      const last = first + blocksPerChunk >= blocks
      const count = Math.min(blocksPerChunk, blocks - first)
      const upper = last ? '' : ` AND ctid < '(${first + blocksPerChunk},0)'`
      return {
        ...whole,
        condition: `ctid >= '(${first},0)'${upper}`,
        blocks: { first, count, open: last },
        bytes: count * Number(block),
        id: `${id}/${first}${last ? '+' : ''}`,
        ordinal: whole.ordinal + i,
      }
    })
  })
}
