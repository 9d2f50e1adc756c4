import { readFenceRow } from '../epoch.ts'
import { quoted, userTables } from '../postgres/catalog.ts'
import { linkName, subscriptions } from '../replication.ts'
import { nextEpoch } from '../switchover/plan.ts'
import { type CheckGroup, classes, found, onBoth, type Problem } from './check.ts'

const thisDatabase = `(select oid from pg_database where datname = current_database())`

/** What others have running on these databases, and what earlier runs may have left. */
export const links: CheckGroup = {
  title: 'What else runs there',
  checks: [
    {
      name: 'orphan-slots',
      why: 'a slot that nobody reads holds WAL until the disk is full',
      acceptable: true,
      async run(context) {
        const { lift, linked, from, to } = context
        const epoch = linked ? await nextEpoch(lift) : 0
        const inUse = new Set(await slotsInUse(context))
        // A run that died before its pause leaves the slot of the way back; the next run takes it over.
        inUse.add(`${to.side} ${linkName(lift.site, epoch)}`)
        return onBoth(context, async (database) => {
          const { rows } = await database.client.query(
            `select slot_name as name, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_flush_lsn(), restart_lsn)) as held
             from pg_replication_slots where not active and not temporary and (database is null or database = current_database())
               and slot_name !~ '^lift_.*_track$' order by 1`,
          )
          return rows
            .filter(({ name }) => !inUse.has(`${database.side} ${name}`))
            .map(({ name, held }) => ({
              what: `nobody reads this slot; it holds ${held} of WAL`,
              where: `${database.side}, slot ${name}`,
              mend: `bring its reader back, or select pg_drop_replication_slot('${name}'); a reader of changes must be set up anew on the ${from.side === 'source' ? 'target' : 'source'} after the switchover`,
            }))
        })
      },
    },
    {
      name: 'other-subscriptions',
      why: 'a subscription of somebody else writes past the fence, which lets replication through',
      acceptable: true,
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select subname::text as object from pg_subscription where subdbid = ${thisDatabase} and subname !~ '^lift_' order by 1`,
            ({ object }) => ({
              what: 'a subscription that is not the lift’s writes to this database',
              mend: `alter subscription ${object} disable during the switchover, and make it anew on the other side`,
            }),
          ),
        ),
    },
    {
      name: 'prepared-transactions',
      why: 'a prepared transaction can be committed by anybody at any time, also behind the fence',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select gid as object, owner::text, prepared::text as since from pg_prepared_xacts where database = current_database() order by 1`,
            ({ object, owner, since }) => ({
              what: `prepared by ${owner} since ${since}`,
              mend: `commit prepared '${object}' or rollback prepared '${object}'`,
            }),
          ),
        ),
    },
    {
      name: 'open-transactions',
      why: 'the pause waits for those of the side that is left, and making the slot of the way back for any on the other server, even in another database',
      needsLink: true,
      async run(context) {
        const { from, to, longTransactionMs } = context
        const long = (condition: string) =>
          `select 'process ' || pid as object, usename::text as role, datname::text as database, coalesce(nullif(application_name, ''), 'no name') as application,
             extract(epoch from clock_timestamp() - xact_start)::int as seconds from pg_stat_activity
           where backend_type = 'client backend' and pid <> pg_backend_pid() and xact_start <= clock_timestamp() - $1 * interval '1 millisecond' and (${condition}) order by 1`
        const told = (row: Record<string, string>) => ({
          what: `transaction of ${row.role} (${row.application}) in ${row.database}, open for ${row.seconds} s`,
          mend: 'wait for it, or end it (pg_terminate_backend)',
        })
        const problems = await Promise.all([
          found(from, long('datname = current_database()'), told, [longTransactionMs]),
          found(to, long('backend_xid is not null'), told, [longTransactionMs]),
        ])
        return problems.flat()
      },
    },
    {
      name: 'names-free',
      why: 'the lift keeps its own in a schema «lift» and a publication «lift»',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select object from (select 'schema lift' as object from pg_namespace where nspname = 'lift'
               union all select 'publication lift' from pg_publication where pubname = 'lift') taken
             where to_regclass('lift.fence') is null`,
            () => ({ what: 'the name is taken by something else', mend: 'rename it' }),
          ),
        ),
    },
    {
      name: 'target-empty',
      why: 'the first copy collides with rows that are there already, and fails again and again',
      async unneeded({ lift }) {
        const copied =
          (await subscriptions(lift.target.client)).length > 0 ||
          (await subscriptions(lift.source.client)).length > 0
        return copied ? 'the two databases replicate already' : undefined
      },
      async run({ lift: { target } }): Promise<Problem[]> {
        const tables = (await userTables(target.client)).filter((table) => !table.isPartitioned)
        if (tables.length === 0) return []
        const isRecord = (await readFenceRow(target.client).catch(() => undefined))?.state === 'open'
        if (isRecord)
          return [
            {
              what: 'it is the system of record, and this runbook would copy the source over it',
              where: 'target',
              mend: 'empty NOTHING there; the link that is gone was the way back, which no runbook makes anew: tell the owner of the payments system that there is no rollback',
            },
          ]
        const ask = tables.map(
          (table, at) => `select ${at} as at where exists (select from only ${quoted(table)})`,
        )
        const { rows } = await target.client.query(ask.join(' union all '))
        return rows.map(({ at }) => ({
          what: 'the table has rows already',
          where: `target, ${quoted(tables[at]!)}`,
          mend: 'is it the right database? if so, TRUNCATE it',
        }))
      },
    },
    {
      name: 'partitions-carried',
      why: 'a partition that is a foreign table is not carried, and its table looks complete',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select format('%I.%I', n.nspname, c.relname) as object from ${classes} where c.relispartition and c.relkind = 'f' order by 1`,
            () => ({
              what: 'a partition that is a foreign table',
              mend: 'detach it, or move its rows into a partition of its own',
            }),
          ),
        ),
    },
  ],
}

async function slotsInUse({ lift }: Parameters<CheckGroup['checks'][number]['run']>[0]): Promise<string[]> {
  const used = await Promise.all(
    [lift.source, lift.target].map(async ({ client, side }) => {
      const other = side === 'source' ? 'target' : 'source'
      return (await subscriptions(client)).map((link) => `${other} ${link.slot ?? link.name}`)
    }),
  )
  return used.flat()
}
