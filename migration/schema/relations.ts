import { described, grantsOf, notOfExtension, ownerOf, ownSchema } from './sql.ts'

/** Tables, views and sequences and all that hangs on them. */

const application = `${ownSchema} and ${notOfExtension('pg_class', 'c.oid')}`
const named = `format('%I.%I', n.nspname, c.relname)`
const place = 'join pg_namespace n on n.oid = c.relnamespace'

const relations = `
select case c.relkind when 'r' then 'table' when 'p' then 'table' when 'v' then 'view' when 'm' then 'materialized view'
         when 'f' then 'foreign table' else 'sequence' end, ${named},
  ${described({
    kind: `case when c.relkind = 'p' then 'partitioned by ' || pg_get_partkeydef(c.oid) when c.relpersistence = 'u' then 'unlogged' end`,
    owner: ownerOf('c.relowner'),
    grants: `case when c.relkind = 'S' then ${grantsOf('c.relacl', 's', 'c.relowner')} else ${grantsOf('c.relacl', 'r', 'c.relowner')} end`,
    inherits: `select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno) from pg_inherits i where i.inhrelid = c.oid`,
    bound: `case when c.relispartition then pg_get_expr(c.relpartbound, c.oid) end`,
    'row security': `case when c.relrowsecurity then case when c.relforcerowsecurity then 'forced' else 'on' end end`,
    'replica identity': `case when c.relkind in ('r', 'p') then case c.relreplident when 'd' then 'default' when 'n' then 'nothing'
      when 'f' then 'full' else (select 'index ' || i.indexrelid::regclass::text from pg_index i where i.indrelid = c.oid and i.indisreplident) end end`,
    options: `select string_agg(o, ', ' order by o collate "C") from unnest(c.reloptions) o`,
    server: `select s.srvname::text from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver where f.ftrelid = c.oid`,
  })}
from pg_class c ${place} where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and c.relpersistence <> 't' and ${application}`

// Since 17 partitions have the identity of their table.
const columns = `
select 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname),
  concat_ws('; ',
    format('%s. %s', row_number() over (partition by c.oid order by a.attnum), format_type(a.atttypid, a.atttypmod)),
    ${described({
      collation: `select l.collname::text from pg_collation l where l.oid = a.attcollation and a.attcollation <> t.typcollation`,
      not: `case when a.attnotnull then 'null' end`,
      identity: `case when c.relispartition then null when a.attidentity = 'a' then 'always' when a.attidentity = 'd' then 'by default' end`,
      generated: `case a.attgenerated when 's' then 'stored ' when 'v' then 'virtual ' end || pg_get_expr(f.adbin, f.adrelid)`,
      default: `case when a.attgenerated = '' then pg_get_expr(f.adbin, f.adrelid) end`,
      grants: `case when a.attacl is not null then ${grantsOf('a.attacl', 'c', 'c.relowner')} end`,
    })})
from pg_attribute a join pg_class c on c.oid = a.attrelid ${place} join pg_type t on t.oid = a.atttypid
left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and ${application}`

// 18 keeps NOT NULL as constraints too, and the copies that a foreign key to partitions makes are named by each version.
const constraints = `
select 'constraint', format('%I.%I.%I', n.nspname, c.relname, k.conname), pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid ${place}
where k.contype not in ('n', 't') and not (k.contype = 'f' and k.conparentid <> 0) and ${application}`

const indexes = `
select 'index', format('%I.%I.%I', n.nspname, t.relname, c.relname),
  concat_ws('; ', pg_get_indexdef(c.oid), case when not i.indisvalid then 'invalid' end)
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid ${place}
where t.relpersistence <> 't' and not exists (select from pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')) and ${application}`

const sequences = `
select 'sequence range', ${named},
  concat_ws('; ', format('%s start %s increment %s from %s to %s cache %s', format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache),
    case when s.seqcycle then 'cycles' end,
    (select 'of ' || format('%s.%I', d.refobjid::regclass, a.attname) from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i') and d.refobjsubid > 0))
from pg_sequence s join pg_class c on c.oid = s.seqrelid ${place} where c.relpersistence <> 't' and ${application}`

// The clones of a row trigger on partitions come with the trigger.
const triggers = `
select 'trigger', format('%I.%I.%I', n.nspname, c.relname, g.tgname),
  concat_ws('; ', pg_get_triggerdef(g.oid), case g.tgenabled when 'O' then null when 'D' then 'disabled' when 'A' then 'always' else 'on replica' end)
from pg_trigger g join pg_class c on c.oid = g.tgrelid ${place}
where not g.tgisinternal and g.tgparentid = 0 and g.tgname <> 'lift_fence' and ${application}`

const rules = `
select 'rule', format('%I.%I.%I', n.nspname, c.relname, r.rulename),
  concat_ws('; ', pg_get_ruledef(r.oid), case r.ev_enabled when 'O' then null when 'D' then 'disabled' when 'A' then 'always' else 'on replica' end)
from pg_rewrite r join pg_class c on c.oid = r.ev_class ${place} where r.rulename <> '_RETURN' and ${application}`

const policies = `
select 'policy', format('%I.%I.%I', n.nspname, c.relname, p.polname),
  concat_ws('; ', p.polcmd::text, case when p.polpermissive then 'permissive' else 'restrictive' end,
    'to ' || (select string_agg(coalesce(r.rolname::text, 'public'), ', ' order by r.rolname collate "C") from unnest(p.polroles) o(id) left join pg_roles r on r.oid = o.id),
    'using ' || pg_get_expr(p.polqual, p.polrelid), 'check ' || pg_get_expr(p.polwithcheck, p.polrelid))
from pg_policy p join pg_class c on c.oid = p.polrelid ${place} where ${application}`

const statistics = `
select 'statistics', format('%I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid)
from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${ownSchema}`

/** Written by the server; its words change with its version (views.ts). */
export const viewDefinition = 'view query'
const views = `
select '${viewDefinition}', ${named}, pg_get_viewdef(c.oid)
from pg_class c ${place} where c.relkind in ('v', 'm') and ${application}`

export const relationQueries = [
  relations,
  columns,
  constraints,
  indexes,
  sequences,
  triggers,
  rules,
  policies,
  statistics,
  views,
]
