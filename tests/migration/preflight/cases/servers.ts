import pg from 'pg'
import { execute } from '../../testbed.ts'
import { asWeak } from '../world.ts'
import { type Case, setting, toUnfit, unfitDatabase } from './case.ts'
/** What makes the checks of servers, ways in and roles fail. */
export const servers: Record<string, Case> = {
  versions: { with: toUnfit(), says: /^target: PostgreSQL 13; a target is 14 to 18/ },
  'two-databases': {
    with: ({ bed }) => ({ site: { target: bed.site.source } }),
    says: /source and target are the same database/,
  },
  'wal-level': { with: toUnfit(), says: /^target: wal_level is replica → set wal_level = logical/ },
  'replication-slots': { with: toUnfit(), says: /^target: 0 replication slots are free, 2 are needed/ },
  'wal-senders': { with: toUnfit(), says: /^target: 0 WAL senders are free, 2 are needed/ },
  'replication-workers': {
    with: toUnfit(),
    says: /^target: 0 workers for subscriptions are free .max_worker_processes is 2/,
  },
  encoding: {
    breaks: unfitDatabase('latin', `encoding 'LATIN1'`),
    with: toUnfit('latin'),
    says: /encoding: UTF8 on the source, LATIN1 on the target/,
  },
  collation: {
    breaks: unfitDatabase('sorted', `lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`),
    with: toUnfit('sorted'),
    says: /collation: c c on the source, c.utf8 c.utf8 on the target/,
  },
  'session-settings': {
    target: [
      `do $$ begin execute format('alter database %I set timezone = ''Asia/Tokyo''', current_database()); end $$`,
      `do $$ begin execute format('alter database %I reset timezone', current_database()); end $$`,
    ],
    says: /timezone: \S+ on the source, Asia.Tokyo on the target → set timezone alike/,
  },
  'wal-retention': {
    breaks: setting('source', 'max_slot_wal_keep_size', '10MB'),
    says: /^source: a slot keeps no more than 10 MB of WAL/,
  },
  'synchronous-standbys': {
    breaks: setting('target', 'synchronous_standby_names', 'nobody'),
    says: /^target: commits wait for «nobody» .*no such standby follows/,
  },
  failover: {
    async breaks({ servers }) {
      const standby = new pg.Client({
        connectionString: servers.source.url('postgres'),
        application_name: 'standby-2',
        replication: 'true',
      } as pg.ClientConfig)
      standby.on('error', () => {})
      await standby.connect()
      const { rows } = await standby.query('IDENTIFY_SYSTEM')
      standby.query(`START_REPLICATION PHYSICAL ${rows[0].xlogpos}`).catch(() => {})
      const admin = servers.source.url('postgres')
      const there = async () =>
        (await execute(admin, `select pid from pg_stat_replication where application_name = 'standby-2'`))
          .rows[0]?.pid
      while (!(await there()));
      return async () => {
        await execute(admin, `select pg_terminate_backend(${await there()})`)
        while (await there());
        await standby.end().catch(() => {})
      }
    },
    says: /^source, standby-2: a standby follows this server and could take over → forbid failover/,
  },
  'reach-source': {
    with: ({ bed }) => ({
      site: { source: { ...bed.site.source, replicationUrl: 'postgres://postgres@127.0.0.1:1/pay' } },
    }),
    says: /^target: cannot subscribe to the source: .* → give source.replicationUrl an address that the target server reaches/,
  },
  'reach-target': {
    with: ({ servers, database, bed }) => ({
      site: {
        target: { ...bed.site.target, replicationUrl: servers.target.url(database, 'weak', 'of-a-test') },
      },
    }),
    says: /^source: cannot subscribe to the target: .*(replication role|REPLICATION attribute)/is,
  },
  'migration-role': {
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /source: the role weak may not take LOGIN from roles → alter role … createrole\nsource: the role weak may not end sessions/,
  },
  'table-rights': {
    with: (world) => ({ site: asWeak(world, 'target') }),
    says: /^target, public.payments: belongs to postgres, not to weak → grant postgres to weak/,
  },
  'set-role': {
    with: (world) => ({ site: asWeak(world, 'target') }),
    says: /^target: weak may not SET ROLE to postgres, who owns tables/,
  },
  'sequence-rights': {
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /source, public.spare: weak may not read and set it/,
  },
  'roles-exist': {
    source: [
      'create role only_here login; grant select on public.payments to only_here',
      'revoke all on public.payments from only_here; drop role only_here',
    ],
    says: /^target: the role only_here is missing; the source has it → create role "only_here" login password/,
  },
  'writing-roles': {
    with: () => ({ site: { appRoles: ['nobody_here'] } }),
    says: /^target: the role nobody_here writes on the source and does not exist here/,
  },
  'replica-role-setting': {
    source: [
      'alter role weak set session_replication_role = replica',
      'alter role weak reset session_replication_role',
    ],
    says: /^source, weak: its sessions start with session_replication_role = replica/,
  },
  'flush-position': {
    source: [
      'revoke execute on function pg_current_wal_flush_lsn() from public',
      'grant execute on function pg_current_wal_flush_lsn() to public',
    ],
    with: (world) => ({ site: asWeak(world, 'source') }),
    says: /^source: pg_current_wal_flush_lsn\(\) does not work: permission denied/,
  },
  'rds-replication': {
    target: ['create role rds_replication', 'drop role rds_replication'],
    with: ({ servers, database, bed }) => ({
      site: {
        target: { ...bed.site.target, replicationUrl: servers.target.url(database, 'weak', 'of-a-test') },
      },
    }),
    says: /^target, weak: this role is no member of rds_replication → grant rds_replication to weak/,
  },
}
