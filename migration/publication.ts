import type { ClientBase } from 'pg'
import type { Side } from './gate/gate.ts'
import { quoted, type Relation } from './postgres/catalog.ts'
import { publication, tablesToPublish } from './replication.ts'

/** What the publication of `side` lacks, and what about it would carry less, or more, than every table whole. */
export async function publicationProblems(
  client: ClientBase,
  side: Side,
): Promise<{ missing: Relation[]; astray: string[] }> {
  const { rows } = await client.query(
    `select p.puballtables as all, p.pubviaroot as "viaRoot",
            p.pubinsert and p.pubupdate and p.pubdelete and p.pubtruncate as complete,
            coalesce((select jsonb_agg(jsonb_build_object('schema', n.nspname, 'name', c.relname, 'partial',
                        coalesce(to_jsonb(r) ->> 'prqual', to_jsonb(r) ->> 'prattrs') is not null))
                      from pg_catalog.pg_publication_rel r join pg_catalog.pg_class c on c.oid = r.prrelid
                      join pg_catalog.pg_namespace n on n.oid = c.relnamespace where r.prpubid = p.oid), '[]') as tables
     from pg_catalog.pg_publication p where p.pubname = $1`,
    [publication],
  )
  const [found] = rows
  const wanted = await tablesToPublish(client, side)
  if (!found) return { missing: wanted, astray: [] }
  const published: (Relation & { partial: boolean })[] = found.tables
  const names = new Set(published.map(quoted))
  const other = side === 'source' ? 'target' : 'source'
  const astray = [
    found.all && 'it publishes all tables, the nonces of both directions too',
    found.viaRoot && 'it publishes partitions as their table (publish_via_partition_root)',
    !found.complete && 'it does not publish every kind of change (publish)',
    names.has(quoted({ schema: 'lift', name: `nonce_${other}` })) &&
      'it publishes the nonce of the other direction',
    ...published.filter((table) => table.partial).map((table) => `it filters ${quoted(table)}`),
  ]
  return {
    missing: wanted.filter((table) => !names.has(quoted(table))),
    astray: astray.filter((one) => typeof one === 'string'),
  }
}
