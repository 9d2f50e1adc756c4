/** Fragments shared by the queries that describe a schema. Every query gives rows of kind, name, definition. */

/** The application's schemas; ours and the server's are none of its business. */
export const ownSchema = `n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'lift')`

/** Members of an extension come with the extension. */
export const notOfExtension = (catalog: string, oid: string): string =>
  `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e')`

/** Administrators have other names on each site, and managed servers have no superuser at all. */
const isAdministrator = (role: string): string =>
  `(${role}.rolsuper or ${role}.rolname in (session_user, 'rds_superuser', 'pg_database_owner'))`

export const ownerOf = (oid: string): string =>
  `(select case when ${isAdministrator('o')} then '(administrator)' else o.rolname::text end from pg_roles o where o.oid = ${oid})`

/**
 * Grants to others than the owner and administrators. MAINTAIN exists only since 17, where it was implied before.
 * @param kind as acldefault() takes it
 */
export const grantsOf = (acl: string, kind: string, owner: string): string =>
  `(select string_agg(format('%s:%s%s', coalesce(g.rolname, 'public'), x.privilege_type, case when x.is_grantable then '*' else '' end),
      ' ' order by g.rolname collate "C", x.privilege_type)
    from aclexplode(coalesce(${acl}, acldefault('${kind}', ${owner}))) x left join pg_roles g on g.oid = x.grantee
    where x.grantee <> ${owner} and x.privilege_type <> 'MAINTAIN' and not coalesce(${isAdministrator('g')}, false))`

/** Joins what there is, each with its label; nothing where the value is null. */
export const described = (parts: Record<string, string>): string =>
  `concat_ws('; ', ${Object.entries(parts)
    .map(([label, value]) => `'${label} ' || (${value})`)
    .join(', ')})`
