import { type CheckGroup, classes, found, majorOf, objectName, onBoth, userTable } from './check.ts'

/** Rows above which finding one by a scan of the table is too slow. */
const manyRows = 10_000

/** The index by which a table's rows are found: of its replica identity. None for FULL, NOTHING or no key. */
const identityIndex = `(select i.indexrelid from pg_index i where i.indrelid = c.oid and i.indisvalid and i.indimmediate
  and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident end)`

/** Types of columns that have no equality, through domains, arrays and composites. */
const withoutEquality = `
with recursive used (relation, attribute, type) as (
  select c.oid, a.attname, a.atttypid from ${classes} join pg_attribute a on a.attrelid = c.oid
  where ${userTable} and c.relkind = 'r' and c.relreplident = 'f' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  union
  select u.relation, u.attribute, inner_type from used u join pg_type t on t.oid = u.type,
  lateral (select nullif(t.typbasetype, 0) union select nullif(t.typelem, 0) where t.typlen = -1
    union select f.atttypid from pg_attribute f where f.attrelid = t.typrelid and f.attnum > 0 and not f.attisdropped) i(inner_type)
  where inner_type is not null)
select ${objectName} as object, u.attribute::text as attribute, format_type(u.type, null) as type
from used u join ${classes} on c.oid = u.relation join pg_type t on t.oid = u.type
where t.typtype in ('b', 'p') and t.typelem = 0 and not exists (
  select from pg_opclass o join pg_am m on m.oid = o.opcmethod
  where o.opcdefault and m.amname in ('btree', 'hash') and (o.opcintype = t.oid
    or exists (select from pg_cast k where k.castsource = t.oid and k.casttarget = o.opcintype and k.castmethod = 'b' and k.castcontext = 'i')))
order by 1, 2`

export const tables: CheckGroup = {
  title: 'Tables',
  checks: [
    {
      name: 'has-tables',
      why: 'an empty database is seldom the right one',
      run: async ({ lift }) =>
        found(lift.source, `select 1 where not exists (select from ${classes} where ${userTable})`, () => ({
          what: 'the database has no tables',
          mend: 'is it the right database? look at source.url',
        })),
    },
    {
      name: 'replica-identity',
      why: 'once published, a table whose rows cannot be found refuses UPDATE and DELETE: the application fails',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select ${objectName} as object, c.relreplident as identity from ${classes}
             where ${userTable} and c.relkind = 'r' and c.relreplident <> 'f' and ${identityIndex} is null order by 1`,
            ({ identity }) => ({
              what:
                identity === 'n'
                  ? 'REPLICA IDENTITY is NOTHING'
                  : identity === 'i'
                    ? 'the index of its REPLICA IDENTITY is gone or invalid'
                    : 'no primary key by which rows are found (a deferrable one does not count)',
              mend: 'give it a primary key, or ALTER TABLE … REPLICA IDENTITY USING INDEX …, or REPLICA IDENTITY FULL',
            }),
          ),
        ),
    },
    {
      name: 'full-comparable',
      why: 'with REPLICA IDENTITY FULL rows are found by comparing every column: a type without equality stops replication at the first UPDATE, for ever',
      run: (context) =>
        onBoth(context, (database) =>
          found(database, withoutEquality, ({ attribute, type }) => ({
            what: `REPLICA IDENTITY is FULL, and ${attribute} has the type ${type}, which cannot be compared`,
            mend: `give it a primary key or a unique index, or change the column (json to jsonb, xml to text)`,
          })),
        ),
    },
    {
      name: 'full-without-key',
      why: 'before 16 each changed row of such a table costs the subscriber a scan of the whole table',
      acceptable: true,
      async run(context) {
        const majors = await Promise.all([majorOf(context.from), majorOf(context.to)])
        const slow = Math.min(...majors) < 16
        const rows = await context.from.client.query(
          `select ${objectName} as object, c.reltuples::bigint as rows from ${classes} where ${userTable} and c.relkind = 'r' and c.relreplident = 'f' order by 1`,
        )
        if (rows.rows.length > 0)
          context.note(
            `rows are found by all their columns (REPLICA IDENTITY FULL): ${rows.rows.map((row) => row.object).join(', ')}`,
          )
        return rows.rows
          .filter((row) => slow && Number(row.rows) > manyRows)
          .map((row) => ({
            what: `REPLICA IDENTITY FULL and about ${row.rows} rows, with a server before 16 in the pair (${majors.join(' and ')})`,
            where: `${context.from.side}, ${row.object}`,
            mend: 'give it a primary key or REPLICA IDENTITY USING INDEX; accept it where it is seldom changed',
          }))
      },
    },
    {
      name: 'generated-key',
      why: 'generated columns are not sent: a row found by one is not found',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select ${objectName} as object, a.attname::text as name from ${classes} join pg_index i on i.indexrelid = ${identityIndex}
             join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[]) where ${userTable} and c.relkind = 'r' and a.attgenerated <> ''`,
            ({ name }) => ({
              what: `the generated column ${name} is part of its key`,
              mend: 'choose another REPLICA IDENTITY',
            }),
          ),
        ),
    },
    {
      name: 'unlogged',
      why: 'unlogged tables leave nothing in the WAL to replicate',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select ${objectName} as object from ${classes} where ${userTable} and c.relpersistence = 'u' order by 1`,
            () => ({ what: 'the table is unlogged', mend: 'ALTER TABLE … SET LOGGED, or drop it' }),
          ),
        ),
    },
    {
      name: 'being-altered',
      why: 'a table that changes while it is copied has another shape on each side',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select distinct ${objectName} as object, l.pid::text as pid, l.mode, left(a.query, 60) as query
             from pg_locks l join pg_stat_activity a using (pid) join ${classes} on c.oid = l.relation
             where l.database = (select oid from pg_database where datname = current_database()) and ${userTable} and l.pid <> pg_backend_pid()
               and a.backend_type = 'client backend' and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'AccessExclusiveLock') order by 1`,
            ({ pid, mode, query }) => ({
              what: `it is being altered: process ${pid} has ${mode} («${query}»)`,
              mend: 'wait for it, or end it',
            }),
          ),
        ),
    },
    {
      name: 'invalid-indexes',
      why: 'an index whose building failed is there, costs writes and is not used; a unique one does not guard',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select i.indexrelid::regclass::text as object from pg_index i join ${classes} on c.oid = i.indrelid where ${userTable} and not i.indisvalid order by 1`,
            () => ({ what: 'the index is invalid', mend: 'REINDEX INDEX CONCURRENTLY, or drop it' }),
          ),
        ),
    },
    {
      name: 'row-security',
      why: 'a policy hides rows from the comparison, and forced on the owner it stops the subscription (16 and later)',
      run: (context) =>
        onBoth(context, async (database) => {
          const major = await majorOf(database)
          return found(
            database,
            `select ${objectName} as object, row_security_active(c.oid) as hides from ${classes} join pg_roles o on o.oid = c.relowner
             where ${userTable} and c.relrowsecurity and (row_security_active(c.oid)
               or ${major >= 16} and c.relforcerowsecurity and not o.rolsuper and not o.rolbypassrls) order by 1`,
            ({ hides }) => ({
              what: hides
                ? 'its policies hide rows from the role of the runbooks'
                : 'its policies are forced on its owner, as whom the subscription writes',
              mend: 'alter role … bypassrls for the role of the runbooks and the owner, or no FORCE ROW LEVEL SECURITY during the lift',
            }),
          )
        }),
    },
  ],
}
