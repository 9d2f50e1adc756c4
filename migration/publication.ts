import type { ClientBase } from 'pg'
import type { Side } from './gate/gate.ts'
import { quoted, type Relation, userTables } from './postgres/catalog.ts'

export const publication = 'lift'

/** Writes go on meanwhile: publishing waits only for changes of a table's schema and for its vacuum. */
const publicationLockTimeoutMs = 5000

/** What `side` publishes: its tables one by one, and its own direction's nonce; never the other's. */
export async function ensurePublication(
  client: ClientBase,
  side: Side,
  lockTimeoutMs = publicationLockTimeoutMs,
): Promise<void> {
  const list = (await tablesToPublish(client, side)).map((table) => `only ${quoted(table)}`).join(', ')
  const { rowCount } = await client.query('select from pg_catalog.pg_publication where pubname = $1', [
    publication,
  ])
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${lockTimeoutMs}`)
    await client.query(
      rowCount
        ? `alter publication ${publication} set table ${list}`
        : `create publication ${publication} for table ${list}`,
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    if ((error as { code?: string }).code !== '55P03') throw error
    throw new Error(
      `the tables of the ${side} could not be published within ${lockTimeoutMs / 1000} s: a change of the schema, a vacuum or an index being built holds one (pg_locks, mode ShareUpdateExclusiveLock or stronger); wait for it or end it, and run the step again`,
    )
  }
}

/** A partitioned table publishes through its partitions, which have the same names on both sides. */
export async function tablesToPublish(client: ClientBase, side: Side): Promise<Relation[]> {
  const tables = (await userTables(client)).filter((table) => !table.isPartitioned)
  return [...tables, { schema: 'lift', name: `nonce_${side}` }]
}

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
