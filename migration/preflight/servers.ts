import type { Database } from '../database.ts'
import { readFenceRow } from '../epoch.ts'
import { type CheckGroup, found, majorOf, onBoth, type Problem } from './check.ts'
import { slotMend } from './lost-slot.ts'

/** Majors that were tried: as a source and as a target. */
const supported = { source: [13, 18], target: [14, 18] } as const

/** WAL a slot must be able to keep while a copy runs or somebody sleeps. */
const leastKeptMegabytes = 1024

export const servers: CheckGroup = {
  title: 'The two servers',
  checks: [
    {
      name: 'versions',
      why: 'replication and digests were tried between these versions only',
      run: (context) =>
        onBoth(context, async (database) => {
          const major = await majorOf(database)
          const [least, most] = supported[database.side]
          if (major >= least && major <= most) return []
          return [
            {
              what: `PostgreSQL ${major}; a ${database.side} is ${least} to ${most}`,
              where: database.side,
              mend: 'move by way of a version in between',
            },
          ]
        }),
    },
    {
      name: 'two-databases',
      why: 'a database replicated to itself would be fenced against itself',
      async run({ lift }) {
        const ask = `select concat_ws(' ', pg_postmaster_start_time(), inet_server_port(), current_database()) as it`
        const [source, target] = await Promise.all([
          lift.source.client.query(ask),
          lift.target.client.query(ask),
        ])
        if (source.rows[0].it !== target.rows[0].it) return []
        return [{ what: 'source and target are the same database', where: 'site file', mend: 'mend one url' }]
      },
    },
    {
      name: 'primary',
      why: 'a standby takes no writes and has no slots of its own',
      run: (context) =>
        onBoth(context, (database) =>
          found(database, 'select 1 where pg_is_in_recovery()', () => ({
            what: 'this server is a standby',
            mend: 'name the primary in the site file (on Aurora: the cluster endpoint, not the reader)',
          })),
        ),
    },
    {
      name: 'wal-level',
      why: 'without logical WAL nothing can be replicated',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select current_setting('wal_level') as level where current_setting('wal_level') <> 'logical'`,
            ({ level }) => ({
              what: `wal_level is ${level}`,
              mend: 'set wal_level = logical and restart (on Aurora: rds.logical_replication = 1)',
            }),
          ),
        ),
    },
    {
      name: 'replication-slots',
      why: 'without a free slot the link, the comparison or the way back cannot be made',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select free, $1::int as needed from (select current_setting('max_replication_slots')::int - count(*) as free from pg_replication_slots) q where free < $1::int`,
            ({ free, needed }) => ({
              what: `${free} replication slots are free, ${needed} are needed`,
              mend: 'drop slots that nobody reads, or raise max_replication_slots and restart',
            }),
            [context.linked ? 1 : 2],
          ),
        ),
    },
    {
      name: 'wal-senders',
      why: 'each link and the comparison read through a sender',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select free, $1::int as needed from (select current_setting('max_wal_senders')::int - count(*) as free from pg_stat_replication) q where free < $1::int`,
            ({ free, needed }) => ({
              what: `${free} WAL senders are free, ${needed} are needed`,
              mend: 'raise max_wal_senders and restart',
            }),
            [context.linked ? 1 : 2],
          ),
        ),
    },
    {
      name: 'replication-workers',
      why: 'a subscription without a worker looks healthy and does nothing',
      async run(context) {
        // Once linked the other side has its worker; the way back needs one on the side that is left.
        const sides = context.linked ? [context.from] : [context.from, context.to]
        const problems = sides.map((database) =>
          found(
            database,
            `select free, slots from (select current_setting('max_worker_processes')::int as slots,
               current_setting('max_logical_replication_workers')::int - (select count(*) from pg_stat_subscription where pid is not null) as free) q
             where free < 1 or slots < 4`,
            ({ free, slots }) => ({
              what: `${free} workers for subscriptions are free (max_worker_processes is ${slots})`,
              mend: 'raise max_logical_replication_workers, keep max_worker_processes above it (at least 4), and restart',
            }),
          ),
        )
        return (await Promise.all(problems)).flat()
      },
    },
    {
      name: 'encoding',
      why: 'a character that the target cannot hold stops replication for ever',
      async run({ lift }) {
        return differing(lift.source, lift.target, `current_setting('server_encoding')`, 'encoding', {
          mend: "make the target database with the source's encoding (create database … encoding …)",
        })
      },
    },
    {
      name: 'collation',
      why: 'texts sort in another order, and ranges of text keys and partitions mean something else',
      acceptable: true,
      async run({ lift }) {
        const sql = `(select concat_ws(' ', case coalesce(to_jsonb(d) ->> 'datlocprovider', 'c') when 'i' then 'icu' end,
           replace(lower(d.datcollate), 'posix', 'c'), replace(lower(d.datctype), 'posix', 'c')) from pg_database d where d.datname = current_database())`
        return differing(lift.source, lift.target, `replace(${sql}, '-', '')`, 'collation', {
          mend: "make the target database with the source's lc_collate and lc_ctype",
        })
      },
    },
    {
      name: 'session-settings',
      why: 'the same statement would mean something else on the other side',
      acceptable: true,
      async run({ lift }) {
        const names = [
          'timezone',
          'datestyle',
          'intervalstyle',
          'standard_conforming_strings',
          'bytea_output',
          'array_nulls',
          'default_transaction_isolation',
          'lc_monetary',
          'lc_numeric',
        ]
        const problems: Problem[] = []
        for (const name of names) {
          const mend = `set ${name} alike on both servers, or for the database (alter database … set)`
          problems.push(
            ...(await differing(lift.source, lift.target, `current_setting('${name}')`, name, { mend })),
          )
        }
        return problems
      },
    },
    {
      name: 'wal-retention',
      why: 'a slot that loses its WAL ends replication, and with it the way back',
      acceptable: true,
      async run(context) {
        const kept = await onBoth(context, (database) =>
          found(
            database,
            `select setting from pg_settings where name = 'max_slot_wal_keep_size' and setting::int between 0 and ${leastKeptMegabytes - 1}`,
            ({ setting }) => ({
              what: `a slot keeps no more than ${setting} MB of WAL (max_slot_wal_keep_size)`,
              mend: 'raise it to what the disk allows, or -1 and watch the disk',
            }),
          ),
        )
        const lost = await onBoth(context, async (database) => {
          const fence = await readFenceRow(database.client).catch(() => undefined)
          return found(
            database,
            `select slot_name as object, wal_status as status from pg_replication_slots
             where wal_status in ('unreserved', 'lost') and (database is null or database = current_database())`,
            ({ object: name = '', status = '' }) => ({
              what: `the WAL of this slot is ${status}`,
              mend: slotMend({ name, status }, database.side, fence?.state === 'open'),
            }),
          )
        })
        return [...kept, ...lost]
      },
    },
    {
      name: 'synchronous-standbys',
      why: 'without the standby that commits wait for, the first write after the switchover hangs',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select current_setting('synchronous_standby_names') as names where current_setting('synchronous_standby_names') <> ''
             and not exists (select from pg_stat_replication where sync_state in ('sync', 'quorum'))`,
            ({ names }) => ({
              what: `commits wait for «${names}» (synchronous_standby_names), and no such standby follows`,
              mend: 'bring the standby back, or empty the setting and reload',
            }),
          ),
        ),
    },
    {
      name: 'failover',
      why: 'a standby that takes over has none of the slots: what is in flight would be lost to the other side',
      acceptable: true,
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select coalesce(nullif(application_name, ''), 'no name') as object from pg_stat_replication r
             where not exists (select from pg_replication_slots s where s.active_pid = r.pid and s.slot_type = 'logical') and application_name !~ '(^lift_|_sync_|payments-lift)'`,
            () => ({
              what: 'a standby follows this server and could take over',
              mend: 'forbid failover until the switchover is over, then accept this check in the site file',
            }),
          ),
        ),
    },
  ],
}

async function differing(
  source: Database,
  target: Database,
  expression: string,
  what: string,
  { mend }: { mend: string },
): Promise<Problem[]> {
  const ask = `select ${expression} as value`
  const [ours, theirs] = await Promise.all([source.client.query(ask), target.client.query(ask)])
  const [here, there] = [ours.rows[0].value, theirs.rows[0].value]
  if (here === there) return []
  return [{ what: `${what}: ${here} on the source, ${there} on the target`, where: 'both servers', mend }]
}
