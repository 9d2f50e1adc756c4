import { described, grantsOf, notOfExtension, ownerOf, ownSchema } from './sql.ts'

/** Types, functions and what else SQL can name. */

const types = `
select 'type', format('%I.%I', n.nspname, t.typname),
  ${described({
    owner: ownerOf('t.typowner'),
    grants: grantsOf('t.typacl', 'T', 't.typowner'),
    enum: `select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid`,
    attributes: `case when t.typtype = 'c' then (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', ' order by a.attnum)
      from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped) end`,
    'domain over': `case when t.typtype = 'd' then concat_ws(' ', format_type(t.typbasetype, t.typtypmod),
      case when t.typnotnull then 'not null' end, 'default ' || t.typdefault,
      (select string_agg(format('%I %s', k.conname, pg_get_constraintdef(k.oid)), ' ' order by k.conname collate "C")
       from pg_constraint k where k.contypid = t.oid and k.contype <> 'n')) end`,
    'range of': `select format_type(r.rngsubtype, null) from pg_range r where r.rngtypid = t.oid`,
  })}
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where ${ownSchema} and ${notOfExtension('pg_type', 't.oid')} and t.typtype <> 'm'
  and (t.typrelid = 0 or exists (select from pg_class c where c.oid = t.typrelid and c.relkind = 'c'))
  and not exists (select from pg_type e where e.typarray = t.oid)`

/** Since 14 a procedure's arguments say IN. */
const withoutIn = (list: string): string => `regexp_replace(${list}, '(^|, )IN ', '\\1', 'g')`

/** Only since 14 has a function a body that the server itself has parsed. */
const functions = (version: number): string => `
select case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
  format('%I.%I(%s)', n.nspname, p.proname, ${withoutIn('pg_get_function_identity_arguments(p.oid)')}),
  ${described({
    arguments: withoutIn('pg_get_function_arguments(p.oid)'),
    returns: 'pg_get_function_result(p.oid)',
    language: 'select l.lanname::text from pg_language l where l.oid = p.prolang',
    is: `concat_ws(' ', case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
      case when p.proisstrict then 'strict' end, case when p.prosecdef then 'security definer' end,
      case when p.proleakproof then 'leakproof' end, case p.proparallel when 's' then 'parallel safe' when 'r' then 'parallel restricted' end)`,
    cost: `p.procost::text || ' rows ' || p.prorows::text`,
    set: `array_to_string(p.proconfig, ', ')`,
    owner: ownerOf('p.proowner'),
    grants: grantsOf('p.proacl', 'f', 'p.proowner'),
    aggregate: `select concat_ws(' ', a.aggtransfn::regproc, a.aggfinalfn::regproc, format_type(a.aggtranstype, null), a.agginitval) from pg_aggregate a where a.aggfnoid = p.oid`,
    body: version >= 140000 ? 'coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)' : 'p.prosrc',
  })}
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${ownSchema} and ${notOfExtension('pg_proc', 'p.oid')}
  and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')`

const operators = `
select 'operator', format('%I.%s (%s, %s)', n.nspname, o.oprname, nullif(o.oprleft, 0)::regtype, nullif(o.oprright, 0)::regtype), o.oprcode::text
from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where ${ownSchema} and ${notOfExtension('pg_operator', 'o.oid')}`

const casts = `
select 'cast', format('%s as %s', c.castsource::regtype, c.casttarget::regtype), concat_ws(' ', c.castcontext::text, nullif(c.castfunc, 0)::regprocedure)
from pg_cast c where c.oid >= 16384
  and not exists (select from pg_depend d where d.classid = 'pg_cast'::regclass and d.objid = c.oid and d.deptype in ('e', 'i'))`

const collations = `
select 'collation', format('%I.%I', n.nspname, l.collname),
  concat_ws(' ', l.collprovider::text, to_jsonb(l) ->> 'collcollate', coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale'),
    case when not l.collisdeterministic then 'nondeterministic' end)
from pg_collation l join pg_namespace n on n.oid = l.collnamespace where ${ownSchema} and ${notOfExtension('pg_collation', 'l.oid')}`

const textSearch = `
select 'text search configuration', format('%I.%I', n.nspname, s.cfgname), ''
from pg_ts_config s join pg_namespace n on n.oid = s.cfgnamespace where ${ownSchema} and ${notOfExtension('pg_ts_config', 's.oid')}`

const operatorClasses = `
select 'operator class', format('%I.%I using %s', n.nspname, o.opcname, m.amname), o.opcintype::regtype::text
from pg_opclass o join pg_namespace n on n.oid = o.opcnamespace join pg_am m on m.oid = o.opcmethod
where ${ownSchema} and ${notOfExtension('pg_opclass', 'o.oid')}`

/** Its version is a check of its own. */
const extensions = `
select 'extension', e.extname::text, 'in ' || quote_ident(n.nspname)
from pg_extension e join pg_namespace n on n.oid = e.extnamespace`

// Where it leads and who logs in there is the site's.
const servers = `
select 'foreign server', quote_ident(s.srvname), w.fdwname::text
from pg_foreign_server s join pg_foreign_data_wrapper w on w.oid = s.srvfdw where ${notOfExtension('pg_foreign_server', 's.oid')}`

const eventTriggers = `
select 'event trigger', quote_ident(e.evtname), concat_ws(' ', e.evtevent, e.evtfoid::regprocedure, e.evtenabled::text, e.evttags::text)
from pg_event_trigger e where e.evtname !~ '^lift_' and ${notOfExtension('pg_event_trigger', 'e.oid')}`

export const codeQueries = (version: number): string[] => [
  types,
  functions(version),
  operators,
  casts,
  collations,
  textSearch,
  operatorClasses,
  extensions,
  servers,
  eventTriggers,
]
