import { asWeak, unlinked } from '../world.ts'
import { type Case, fdw, holding, noFdw, table } from './case.ts'
/** What makes the checks of tables, and of what replication leaves out, fail. */
export const tables: Record<string, Case> = {
  'has-tables': {
    with: async (world) => ({ site: await unlinked(world, { source: '', target: '' }) }),
    says: /^source: the database has no tables/,
  },
  'replica-identity': {
    source: table('a int, primary key (a) deferrable'),
    says: /^source, public.broken: no primary key by which rows are found .a deferrable one does not count/,
  },
  'full-comparable': {
    source: [
      `create type public.pair as (a int, b xml[]); create table public.broken (a int, j json, p public.pair, jb jsonb, v varchar, t text[]); alter table public.broken replica identity full`,
      'drop table public.broken; drop type public.pair',
    ],
    says: /^source, public.broken: .*j has the type json, which cannot be compared .*\nsource, public.broken: .*p has the type xml[^\n]*$/,
  },
  'full-without-key': {
    source: [
      `${table('a int')[0]}; alter table public.broken replica identity full; insert into public.broken select generate_series(1, 10001); analyze public.broken`,
      'drop table public.broken',
    ],
    says: /^source, public.broken: REPLICA IDENTITY FULL and about 10001 rows, with a server before 16/,
  },
  'generated-key': {
    source: [
      `${table('a int, b int not null generated always as (a * 2) stored unique')[0]}; alter table public.broken replica identity using index broken_b_key`,
      'drop table public.broken',
    ],
    says: /^source, public.broken: the generated column b is part of its key/,
  },
  unlogged: {
    source: ['create unlogged table public.broken (a int primary key)', 'drop table public.broken'],
    says: /^source, public.broken: the table is unlogged → ALTER TABLE … SET LOGGED/,
  },
  'being-altered': {
    breaks: holding('begin; alter table public.payments add column half_done int'),
    says: /^source, public.payments: it is being altered: process \d+ has AccessExclusiveLock/,
  },
  'invalid-indexes': {
    source: [
      `create index broken on public.payments (made_by); update pg_index set indisvalid = false where indexrelid = 'public.broken'::regclass`,
      'drop index public.broken',
    ],
    says: /^source, public.broken: the index is invalid → REINDEX/,
  },
  'row-security': {
    source: [
      'alter table public.payments enable row level security',
      'alter table public.payments disable row level security',
    ],
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /^source, public.payments: its policies hide rows from the role of the runbooks/,
  },
  'large-objects': {
    source: ['select lo_create(4242)', 'select lo_unlink(4242)'],
    says: /^source: 1 large objects → move them/,
  },
  'materialised-views': {
    source: [
      'create materialized view public.broken as select 1 as a',
      'drop materialized view public.broken',
    ],
    target: [
      'create materialized view public.broken as select 1 as a with no data',
      'drop materialized view public.broken',
    ],
    says: /^target, "public"."broken": the materialised view is not filled → REFRESH/,
  },
  'foreign-tables': {
    source: [`${fdw} create foreign table public.broken (a int) server far`, noFdw],
    says: /^source, public.broken: the foreign table reads from the server far/,
  },
  extensions: {
    source: ['create extension citext', 'drop extension citext'],
    says: /^target, citext: the extension is not installed → create extension "citext"/,
  },
  'extension-versions': {
    source: ['create extension citext', 'drop extension citext'],
    target: [`create extension citext version '1.4'`, 'drop extension citext'],
    says: /^target, citext: version 1.4 is older than the source's 1.6 → alter extension … update/,
  },
  'event-triggers': {
    source: [
      `create function public.watching() returns event_trigger language plpgsql as 'begin end'; create event trigger watching on ddl_command_start execute function public.watching()`,
      'drop event trigger watching; drop function public.watching()',
    ],
    says: /^source, watching: the event trigger fires at ddl_command_start/,
  },
  'replica-triggers': {
    target: [
      `create function public.doubled() returns trigger language plpgsql as 'begin return new; end'; create trigger doubled before insert on public.payments for each row execute function public.doubled(); alter table public.payments enable always trigger doubled`,
      'drop trigger doubled on public.payments; drop function public.doubled()',
    ],
    says: /^target, trigger doubled on public.payments: it is ENABLE ALWAYS and fires for replicated rows/,
  },
}
