import { writingRoles } from '../postgres/catalog.ts'
import { exemptRoles, ownRoleText } from '../switchover/plan.ts'
import { type CheckGroup, found, onBoth } from './check.ts'

/** The application's roles, which do not travel with a schema. */
export const roles: CheckGroup = {
  title: 'Roles',
  checks: [
    {
      name: 'roles-exist',
      why: 'owners and grants name roles, and roles do not travel with a schema; nor do their passwords',
      async run({ lift }) {
        const used = `select distinct r.rolname::text as name, r.rolcanlogin as login from pg_shdepend d join pg_roles r on r.oid = d.refobjid
          where d.refclassid = 'pg_authid'::regclass and not r.rolsuper and r.rolname !~ '^(pg_|rds)' and r.rolname <> session_user
            and d.dbid = (select oid from pg_database where datname = current_database()) order by 1`
        const { rows } = await lift.source.client.query(used)
        const there = await lift.target.client.query('select rolname::text as name from pg_roles')
        const names = new Set(there.rows.map((row) => row.name))
        return rows
          .filter((row) => !names.has(row.name))
          .map(({ name, login }) => ({
            what: `the role ${name} is missing; the source has it`,
            where: 'target',
            mend: `create role ${lift.target.client.escapeIdentifier(name)}${login ? ' login password …' : ''} there, with the same memberships`,
          }))
      },
    },
    {
      name: 'writing-roles',
      why: 'the fence takes LOGIN from the roles that write: a role it does not know keeps its sessions',
      needsLink: true,
      acceptable: true,
      async run({ lift, from, to }) {
        const exempt = await exemptRoles(lift)
        const named = lift.site.appRoles
        const own = named?.filter((role) => exempt.includes(role)) ?? []
        if (own.length > 0)
          return own.map((role) => ({
            what: ownRoleText(role),
            where: 'site file, appRoles',
            mend: 'give the application a role of its own, which is not the owner of the tables',
          }))
        const roles = named ?? (await writingRoles(from.client, exempt))
        if (roles.length === 0) {
          return [
            {
              what: 'no role of an application that writes was found; does it connect as a superuser or as the owner?',
              where: from.side,
              mend: 'give the application a role of its own (not the one of the runbooks), or name its roles in the site file (appRoles)',
            },
          ]
        }
        const { rows } = await to.client.query(
          'select rolname::text as name from pg_roles where rolname = any ($1)',
          [roles],
        )
        return roles
          .filter((role) => !rows.some((row) => row.name === role))
          .map((role) => ({
            what: `the role ${role} writes on the ${from.side} and does not exist here`,
            where: to.side,
            mend: 'create it with its password and grants',
          }))
      },
    },
    {
      name: 'replica-role-setting',
      why: 'with session_replication_role = replica a session passes the fence, and its triggers do not fire',
      run: (context) =>
        onBoth(context, (database) =>
          found(
            database,
            `select coalesce(r.rolname::text, 'every role') as object from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
             where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
               and exists (select from unnest(s.setconfig) c where c ~* '^session_replication_role=(replica|local)$')`,
            ({ object }) => ({
              what: 'its sessions start with session_replication_role = replica',
              mend: `alter role ${object} reset session_replication_role (or alter database … reset)`,
            }),
          ),
        ),
    },
  ],
}
