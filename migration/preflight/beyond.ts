import type { QueryResult } from 'pg'
import type { Lift } from '../lift.ts'
import { quoted, unfilledViews } from '../postgres/catalog.ts'
import { type CheckGroup, classes, found, objectName, onBoth } from './check.ts'

/** Versions of extensions in order: `1.10` after `1.9`. */
const older = (a: string, b: string): boolean => a.localeCompare(b, 'en', { numeric: true }) < 0

interface Extension {
  name: string
  /** On the source. */
  version: string
  /** On the target; undefined where it is not. */
  installed: string | undefined
  /** What the target's server would install. */
  offered: string | undefined
}

async function extensionsOf({ source, target }: Lift): Promise<Extension[]> {
  const installed = 'select extname as name, extversion as version from pg_extension'
  const available = 'select name, default_version as version from pg_available_extensions'
  const [ours, theirs] = await Promise.all([source.client.query(installed), target.client.query(installed)])
  const there = await target.client.query(available)
  const versionIn = ({ rows }: QueryResult, name: string): string | undefined =>
    rows.find((row) => row.name === name)?.version
  return ours.rows.map(({ name, version }) => ({
    name,
    version,
    installed: versionIn(theirs, name),
    offered: versionIn(there, name),
  }))
}

const firing = (state: string): string => (state === 'A' ? 'ALWAYS' : 'REPLICA')

/** What logical replication does not carry, or what acts beside it. */
export const beyond: CheckGroup = {
  title: 'What replication does not carry',
  checks: [
    {
      name: 'large-objects',
      why: 'large objects are not replicated: their numbers would lead nowhere',
      acceptable: true,
      run: async ({ from }) =>
        found(from, 'select count(*) as n from pg_largeobject_metadata having count(*) > 0', ({ n }) => ({
          what: `${n} large objects`,
          mend: 'move them to a bytea column or to S3; or copy them in the window (lo_export, lo_import), then accept this',
        })),
    },
    {
      name: 'materialised-views',
      why: 'their contents are not replicated: one that was never filled fails every query on it',
      needsLink: true,
      async run({ from, to, note }) {
        const { rows } = await from.client.query(
          `select ${objectName} as object from ${classes} where c.relkind = 'm' and n.nspname !~ '^pg_' order by 1`,
        )
        if (rows.length > 0)
          note(
            `what materialised views hold on the ${to.side} is of their last REFRESH there: ${rows.map((row) => row.object).join(', ')}`,
          )
        return (await unfilledViews(from.client, to.client)).map((view) => ({
          what: 'the materialised view is not filled',
          where: `${to.side}, ${quoted(view)}`,
          mend: 'REFRESH MATERIALIZED VIEW on that side',
        }))
      },
    },
    {
      name: 'foreign-tables',
      why: 'their rows are elsewhere: the other server must reach them too, with a login of its own',
      acceptable: true,
      run: async ({ from }) =>
        found(
          from,
          `select ${objectName} as object, s.srvname::text as server from ${classes} join pg_foreign_table f on f.ftrelid = c.oid join pg_foreign_server s on s.oid = f.ftserver`,
          ({ server }) => ({
            what: `the foreign table reads from the server ${server}`,
            mend: 'make server and user mapping on the other side, select from it there, then accept this',
          }),
        ),
    },
    {
      name: 'extensions',
      why: 'a type or function of an extension that the target lacks stops the schema or replication',
      async run({ linked, lift }) {
        const where = (name: string) => `target, ${name}`
        return (await extensionsOf(lift)).flatMap(({ name, version, installed, offered }) => {
          if (installed) return []
          if (!offered)
            return {
              what: `the extension is not available (source: ${version})`,
              where: where(name),
              mend: 'install its files on the server, or do without it on the source',
            }
          if (!linked) return []
          return {
            what: 'the extension is not installed',
            where: where(name),
            mend: `create extension ${lift.target.client.escapeIdentifier(name)} there`,
          }
        })
      },
    },
    {
      name: 'extension-versions',
      why: 'an older version of an extension may lack a function, or answer otherwise',
      acceptable: true,
      async run({ lift, note }) {
        return (await extensionsOf(lift)).flatMap(({ name, version, installed, offered }) => {
          const will = installed ?? offered
          if (will === undefined || will === version) return []
          if (!older(will, version)) {
            note(`extension ${name}: ${version} on the source, ${will} on the target`)
            return []
          }
          return {
            what: `version ${will} is older than the source's ${version}`,
            where: `target, ${name}`,
            mend: 'alter extension … update, or a newer package; an older PostgreSQL may have none: make sure that nobody uses what the newer one added, then accept this',
          }
        })
      },
    },
    {
      name: 'event-triggers',
      why: 'they fire for what the runbooks do, and may refuse it in the middle',
      acceptable: true,
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select evtname::text as object, evtevent as event from pg_event_trigger where evtenabled <> 'D' and evtname !~ '^lift_' order by 1`,
            ({ event, object }) => ({
              what: `the event trigger fires at ${event}`,
              mend: `alter event trigger ${object} disable until the lift is over; accept it where it only looks on`,
            }),
          ),
        ),
    },
    {
      name: 'replica-triggers',
      why: 'they fire once more for every row that replication brings: what they write is there twice',
      acceptable: true,
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select format('%s on %I.%I', t.name, n.nspname, c.relname) as object, t.state from (
               select tgrelid as relation, 'trigger ' || quote_ident(tgname) as name, tgenabled as state from pg_trigger where not tgisinternal
               union all select ev_class, 'rule ' || quote_ident(rulename), ev_enabled from pg_rewrite) t
             join ${classes} on c.oid = t.relation where t.state in ('A', 'R') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
            ({ state }) => ({
              what: `it is ENABLE ${firing(state ?? '')} and fires for replicated rows`,
              mend: 'ALTER TABLE … ENABLE TRIGGER (or ENABLE RULE) makes it fire for the application only',
            }),
          ),
        ),
    },
  ],
}
