import type { Database } from '../database.ts'
import { appRoleProblems } from './app-roles.ts'
import {
  type Check,
  type CheckGroup,
  classes,
  found,
  majorOf,
  objectName,
  onBoth,
  type Problem,
  userTable,
} from './check.ts'

/** Servers reach each other from where they stand, not from here: the subscription itself is tried and taken back. */
const reachable = (
  name: string,
  way: (context: Parameters<Check['run']>[0]) => [Database, Database],
): Check => ({
  name,
  why: 'a link that cannot connect is found in the night instead of now',
  async run(context) {
    const [subscriber, publisher] = way(context)
    const { client } = subscriber
    await client.query('begin')
    try {
      await client.query('set local statement_timeout = 5000')
      await client.query(
        `create subscription lift_probe connection ${client.escapeLiteral(publisher.replicationUrl)} publication lift_probe
         with (connect = true, create_slot = false, slot_name = none, enabled = false, copy_data = false)`,
      )
      return []
    } catch (error) {
      return [
        {
          what: `cannot subscribe to the ${publisher.side}: ${(error as Error).message.trim().replaceAll(/\s+/g, ' ')}`,
          where: subscriber.side,
          mend: `give ${publisher.side}.replicationUrl an address that the ${subscriber.side} server reaches (route, firewall, pg_hba.conf) and a role with REPLICATION`,
        },
      ]
    } finally {
      await client.query('rollback')
    }
  },
})

const roleExists = (role: string) => `exists (select from pg_roles where rolname = '${role}')`
const mayBe = (role: string) =>
  `(select coalesce(bool_or(pg_has_role(session_user, oid, 'member')), false) from pg_roles where rolname = '${role}')`

/** Rights the runbooks' role needs where it is no superuser: what for, and as SQL. */
const rights: [string, string, string][] = [
  ['take LOGIN from roles', `me.rolcreaterole or ${mayBe('rds_superuser')}`, 'alter role … createrole'],
  ['end sessions', mayBe('pg_signal_backend'), 'grant pg_signal_backend to …'],
  [
    'make slots',
    `me.rolreplication or ${mayBe('rds_replication')}`,
    'alter role … replication (on Aurora: grant rds_replication)',
  ],
  [
    'make subscriptions',
    `${mayBe('pg_create_subscription')} or ${mayBe('rds_superuser')}`,
    'grant pg_create_subscription to … (16 and later), or let a superuser run this',
  ],
  [
    'create in this database',
    `has_database_privilege(current_database(), 'create')`,
    'grant create on database … to …',
  ],
  [
    'read settings and sessions of others',
    `${mayBe('pg_monitor')} or ${mayBe('pg_read_all_stats')}`,
    'grant pg_monitor to …',
  ],
]

export const access: CheckGroup = {
  title: 'Who reaches what',
  checks: [
    reachable('reach-source', ({ lift }) => [lift.target, lift.source]),
    reachable('reach-target', ({ lift }) => [lift.source, lift.target]),
    {
      name: 'migration-role',
      why: 'a right that is missing stops the run in the middle',
      run: (context) =>
        onBoth(context, async (database) => {
          const missing: Problem[] = []
          for (const [what, sql, mend] of rights) {
            const lacking = `select session_user as role from pg_roles me where me.rolname = session_user and not me.rolsuper and not (${sql})`
            missing.push(
              ...(await found(database, lacking, ({ role }) => ({
                what: `the role ${role} may not ${what}`,
                mend,
              }))),
            )
          }
          return [...missing, ...(await appRoleProblems(context, database))]
        }),
    },
    {
      name: 'table-rights',
      why: 'only the owner of a table can put the fence on it and publish it',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select ${objectName} as object, session_user as role, c.relowner::regrole::text as owner from ${classes}
             where ${userTable} and not pg_has_role(session_user, c.relowner, 'usage') order by 1`,
            ({ role, owner }) => ({
              what: `belongs to ${owner}, not to ${role}`,
              mend: `grant ${owner} to ${role}`,
            }),
          ),
        ),
    },
    {
      name: 'set-role',
      why: 'since 16 a subscription writes as the owner of each table; what it may not become stops it',
      run: (context) =>
        onBoth(context, async (database) =>
          (await majorOf(database)) < 16
            ? []
            : found(
                database,
                `select distinct c.relowner::regrole::text as owner, session_user as role from ${classes}
                 where ${userTable} and not pg_has_role(session_user, c.relowner, 'set')`,
                ({ role, owner }) => ({
                  what: `${role} may not SET ROLE to ${owner}, who owns tables`,
                  mend: `grant ${owner} to ${role} with set true`,
                }),
              ),
        ),
    },
    {
      name: 'sequence-rights',
      why: 'a sequence that cannot be read or set gives out numbers twice',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select ${objectName} as object, session_user as role from ${classes} where c.relkind = 'S' and c.relpersistence <> 't'
             and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
             and case when c.relkind = 'S' then not (has_sequence_privilege(c.oid, 'select') and has_sequence_privilege(c.oid, 'update')) end order by 1`,
            ({ role }) => ({
              what: `${role} may not read and set it`,
              mend: `grant all on sequence … to ${role}`,
            }),
          ),
        ),
    },
    {
      name: 'flush-position',
      why: 'the drain waits for the flush position; on some managed servers it cannot be asked',
      run: (context) =>
        onBoth(context, async ({ client, side }): Promise<Problem[]> => {
          try {
            await client.query('select pg_current_wal_flush_lsn()')
            return []
          } catch (error) {
            return [
              {
                what: `pg_current_wal_flush_lsn() does not work: ${(error as Error).message}`,
                where: side,
                mend: 'let this role execute it (on Aurora it needs rds.logical_replication = 1)',
              },
            ]
          }
        }),
    },
    {
      name: 'rds-replication',
      why: 'on Aurora and RDS a role replicates only as a member of rds_replication',
      async unneeded({ lift }) {
        const managed = await Promise.all(
          [lift.source, lift.target].map(({ client }) =>
            client.query(`select ${roleExists('rds_replication')} as it`),
          ),
        )
        return managed.some(({ rows }) => rows[0].it) ? undefined : 'neither server is Aurora or RDS'
      },
      run: (context) =>
        onBoth(context, (database) => {
          const user = decodeURIComponent(new URL(database.replicationUrl).username)
          return found(
            database,
            `select r.rolname::text as object from pg_roles r join pg_roles g on g.rolname = 'rds_replication'
             where r.rolname = $1 and not r.rolsuper and not pg_has_role(r.oid, g.oid, 'member')`,
            ({ object }) => ({
              what: 'this role is no member of rds_replication',
              mend: `grant rds_replication to ${object}`,
            }),
            [user],
          )
        }),
    },
  ],
}
