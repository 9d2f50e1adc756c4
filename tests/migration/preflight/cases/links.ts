import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { attemptToken } from '../../../../migration/epoch.ts'
import { execute } from '../../testbed.ts'
import { journalOfNobody, unlinked } from '../world.ts'
import { type Case, fdw, holding, noFdw, table, toUnfit } from './case.ts'
/** What makes the checks of links, fences and gates fail. */
export const links: Record<string, Case> = {
  'orphan-slots': {
    source: [
      `select pg_create_logical_replication_slot('forgotten', 'pgoutput')`,
      `select pg_drop_replication_slot('forgotten')`,
    ],
    says: /^source, slot forgotten: nobody reads this slot; it holds .* of WAL/,
  },
  'other-subscriptions': {
    target: [
      `create subscription stranger connection 'host=127.0.0.1 port=1' publication p with (connect = false)`,
      'alter subscription stranger set (slot_name = none); drop subscription stranger',
    ],
    says: /^target, stranger: a subscription that is not the lift’s writes to this database/,
  },
  'prepared-transactions': {
    source: [
      `begin; insert into public.payments (id) values (900); prepare transaction 'left'`,
      `rollback prepared 'left'`,
    ],
    says: /^source, left: prepared by postgres since .* → commit prepared 'left' or rollback prepared 'left'/,
  },
  'open-transactions': {
    breaks: holding(`set application_name = 'report'; begin; select txid_current()`),
    with: () => ({ longTransactionMs: 0 }),
    says: /^source, process \d+: transaction of postgres .report. in pay_1, open for \d+ s/,
  },
  'names-free': {
    with: async (world) => ({ site: await unlinked(world, { source: 'create schema lift', target: '' }) }),
    says: /^source, schema lift: the name is taken by something else/,
  },
  'target-empty': {
    with: async (world) => ({
      site: await unlinked(world, {
        source: '',
        target: 'create table public.full (a int); insert into public.full values (1)',
      }),
    }),
    says: /^target, "public"."full": the table has rows already/,
  },
  'target-empty of the record': {
    check: 'target-empty',
    with: async (world) => ({
      site: await unlinked(world, {
        source: '',
        target: `create table public.full (a int); insert into public.full values (1); create schema lift;
          create table lift.fence (token bigint, state text, saved jsonb); insert into lift.fence values (3, 'open', '[]')`,
      }),
    }),
    says: /^target: it is the system of record, .*empty NOTHING there/,
  },
  'partitions-carried': {
    source: [
      `${fdw} create table public.broken (a int) partition by list (a); create foreign table public.broken_1 partition of public.broken for values in (1) server far`,
      `drop table public.broken; ${noFdw}`,
    ],
    says: /^source, public.broken_1: a partition that is a foreign table/,
  },
  'system-of-record': {
    with: () => ({ from: 'target' }),
    says: /the source is the system of record already: this runbook leaves the target/,
  },
  settled: {
    source: ['update lift.fence set token = 2', 'update lift.fence set token = 0'],
    says: /the last switchover has not ended on both databases .tokens 2 and 0.*resume/,
  },
  'schema-agrees': {
    target: [
      'alter table public.payments add column extra int default 7',
      'alter table public.payments drop column extra',
    ],
    says: /column public.payments.extra is only on the target/,
  },
  'fence-covers': {
    source: table('a int primary key'),
    says: /^source, "public"."broken": the fence does not cover it/,
  },
  'fence-state': {
    target: [
      'alter table public.payments disable trigger lift_fence',
      'alter table public.payments enable trigger lift_fence',
    ],
    says: /^target, public.payments: its trigger lift_fence is off, and the side is fenced/,
  },
  publication: {
    source: [
      `alter publication lift drop table public.payments; alter publication lift set (publish = 'insert')`,
      `alter publication lift add table public.payments; alter publication lift set (publish = 'insert, update, delete, truncate')`,
    ],
    says: /^source, "public"."payments": it is not published.*\n.*it does not publish every kind of change/,
  },
  'subscription-carries': {
    source: [
      `${table('a int primary key')[0]}; alter publication lift add table public.broken`,
      'drop table public.broken',
    ],
    says: /^source, "public"."broken": replication does not carry it .*REFRESH PUBLICATION/,
  },
  'link-works': {
    target: [`alter subscription lift_pay_1_e0 disable`, `alter subscription lift_pay_1_e0 enable`],
    says: /^target, subscription lift_pay_1_e0: it is disabled/,
  },
  lag: {
    target: [`alter subscription lift_pay_1_e0 disable`, `alter subscription lift_pay_1_e0 enable`],
    source: ['insert into public.payments (id) values (901)', 'delete from public.payments where id = 901'],
    with: ({ bed }) => ({ site: { limits: { ...bed.site.limits, lagBytes: 0 } } }),
    says: /^source, slot lift_pay_1_e0: replication lags \d+ bytes, over the limit of 0/,
  },
  'gates-open': {
    async breaks({ bed }) {
      await bed.gate.pause(attemptToken(0), 100)
      return () => bed.gate.resume(attemptToken(0))
    },
    says: /^gate 1: it is paused and leads to the source/,
  },
  // The last on that server: a standby makes no databases.
  primary: {
    async breaks({ unfit }) {
      const { rows } = await execute(unfit.url('postgres'), 'show data_directory')
      await unfit.stop()
      writeFileSync(join(rows[0].data_directory, 'standby.signal'), '')
      await unfit.start()
      return async () => {}
    },
    with: toUnfit(),
    says: /^target: this server is a standby → name the primary/,
  },
  watchdog: {
    with: () => ({ site: { journal: journalOfNobody() } }),
    says: /^watchdog: no watchdog answers/,
  },
}
