import { type Database, otherSide } from '../database.ts'
import { subscriptionOwners, writingRoles } from '../postgres/catalog.ts'
import { exemptRoles } from '../switchover/plan.ts'
import { found, majorOf, type PreflightContext, type Problem } from './check.ts'

/**
 * What the role of the runbooks, where it is no superuser, needs on the application's roles: the fence takes their
 * LOGIN and gives it back, and the canary is written as the first of them.
 */
export async function appRoleProblems(context: PreflightContext, database: Database): Promise<Problem[]> {
  const [roles, major] = await Promise.all([fencedRoles(context, database), majorOf(database)])
  const since16 = major >= 16
  const lacking = (right: string, more: string) =>
    `select r.rolname::text as object, quote_ident(r.rolname) as role, quote_ident(session_user) as me
     from pg_roles r join pg_roles m on m.rolname = session_user
     where not m.rolsuper and r.rolname = any ($1) and not pg_has_role(session_user, r.oid, '${right}') ${more} order by 1`
  // Seen on RDS by others: there a member of rds_superuser needs no ADMIN OPTION.
  const ofRds = `and not (select coalesce(bool_or(pg_has_role(session_user, oid, 'member')), false)
    from pg_roles where rolname = 'rds_superuser')`
  const fence = !since16
    ? []
    : await found(
        database,
        lacking('member with admin option', ofRds),
        ({ role, me }) => ({
          what: `since 16 ${me} may not take LOGIN from this role and give it back: CREATEROLE alone is not enough`,
          mend: `grant ${role} to ${me} with admin option`,
        }),
        [roles],
      )
  const canary = await found(
    database,
    lacking(since16 ? 'set' : 'member', ''),
    ({ role, me }) => ({
      what: `${me} may not SET ROLE to this role, as which a switchover writes its canary`,
      mend: `grant ${role} to ${me}${since16 ? ' with set true' : ''}`,
    }),
    [roles.slice(0, 1)],
  )
  return [...fence, ...canary]
}

/** Those that the fence would take (switchover/plan.ts); a side whose schema is still to come will have the other's. */
async function fencedRoles({ lift }: PreflightContext, database: Database): Promise<string[]> {
  if (lift.site.appRoles) return lift.site.appRoles
  const exempt = await exemptRoles(lift)
  const own = await rolesThatWrite(database, exempt)
  return own.length > 0 ? own : rolesThatWrite(lift[otherSide(database.side)], exempt)
}

async function rolesThatWrite({ client }: Database, exempt: string[]): Promise<string[]> {
  const { rows } = await client.query(
    `select coalesce(has_table_privilege(to_regclass('lift.fence'), 'select'), false) as fence`,
  )
  return writingRoles(client, [...exempt, ...(await subscriptionOwners(client))], rows[0].fence)
}
