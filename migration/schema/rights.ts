import { described, grantsOf, notOfExtension, ownerOf, ownSchema } from './sql.ts'

/** Who may do what, and with which settings. */

// Since 15 not everyone may create in «public»: that difference is the servers', not the application's.
const schemas = `
select 'schema', quote_ident(n.nspname),
  case when n.nspname = 'public' then '' else ${described({ owner: ownerOf('n.nspowner'), grants: grantsOf('n.nspacl', 'n', 'n.nspowner') })} end
from pg_namespace n where ${ownSchema} and ${notOfExtension('pg_namespace', 'n.oid')}`

const database = `
select 'database', 'this', ${described({ grants: grantsOf('b.datacl', 'd', 'b.datdba') })}
from pg_database b where b.datname = current_database()`

const defaults = `
select 'default privileges', concat_ws(' ', ${ownerOf('a.defaclrole')}, n.nspname, a.defaclobjtype::text),
  (select string_agg(format('%s:%s', coalesce(g.rolname, 'public'), x.privilege_type), ' ' order by g.rolname collate "C", x.privilege_type)
   from aclexplode(a.defaclacl) x left join pg_roles g on g.oid = x.grantee where x.privilege_type <> 'MAINTAIN')
from pg_default_acl a left join pg_namespace n on n.oid = a.defaclnamespace where n.nspname is distinct from 'lift'`

/** Roles that own or were granted something in this database, with those they share a membership with. */
export const rolesInUse = `
with recursive used (oid) as ((
  select d.refobjid from pg_shdepend d where d.refclassid = 'pg_authid'::regclass and d.deptype in ('o', 'a', 'r')
    and d.dbid = (select oid from pg_database where datname = current_database())
  union select s.setrole from pg_db_role_setting s where s.setdatabase = (select oid from pg_database where datname = current_database()))
  union select case when m.member = used.oid then m.roleid else m.member end
    from used join pg_roles u using (oid) join pg_auth_members m on used.oid in (m.member, m.roleid) where u.rolname !~ '^(pg_|rds)')
select r.oid from used join pg_roles r using (oid) where not r.rolsuper and r.rolname !~ '^(pg_|rds)' and r.rolname <> session_user`

/** @param saved roles whose LOGIN the fence keeps, as SQL: a fence closed on one side is no difference */
const roles = (saved: string): string => `
select 'role', quote_ident(r.rolname),
  concat_ws('; ', case when r.rolcanlogin or r.rolname in (${saved}) then 'login' else 'no login' end,
    case when not r.rolinherit then 'noinherit' end, case when r.rolbypassrls then 'bypassrls' end,
    case when r.rolconnlimit >= 0 then 'connection limit ' || r.rolconnlimit end,
    'member of ' || (select string_agg(distinct g.rolname::text, ', ') from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid))
from pg_roles r where r.oid in (${rolesInUse})`

const settings = `
select 'settings', concat_ws(' in ', coalesce('role ' || quote_ident(r.rolname), 'every role'), case when s.setdatabase = 0 then 'every database' else 'this database' end),
  (select string_agg(c, '; ' order by c collate "C") from unnest(s.setconfig) c)
from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
  and (s.setrole = 0 or s.setrole in (${rolesInUse}))`

export const rightsQueries = (saved: string): string[] => [
  schemas,
  database,
  defaults,
  roles(saved),
  settings,
]
