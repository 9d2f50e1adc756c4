/**
 * Traps of PostgreSQL that a switchover falls into when it is written as the manual suggests: each is shown here,
 * and that ours does not fall in.
 */
import test from 'ava'
import type pg from 'pg'
import { drain, writeNonce } from '../../migration/drain.ts'
import { createSlot, disableSubscription } from '../../migration/replication.ts'
import { until } from '../until.ts'
import { applyErrors, replicated } from './replicated.ts'
import { beforePause, execute, testServers } from './testbed.ts'

// Nothing but the application and replication writes, and the WAL writer comes late.
const servers = await testServers({}, { autovacuum: 'off', wal_writer_delay: '10000' })

test.serial(
  'making a slot waits for every open transaction, in any database: it is made before the pause',
  async (t) => {
    const { bed, run, target } = await replicated(t, servers)
    await run.all(beforePause.slice(0, 3))
    const elsewhere = await bed.connect('target', 'superuser')
    await elsewhere.query('begin')
    await elsewhere.query('select txid_current()')
    await target.query('set statement_timeout = 300')
    await t.throwsAsync(createSlot(target, 'waits'), { code: '57014' })
    await target.query('set statement_timeout = 0')
    const preparing = run.step('prepare')
    const slots = async () =>
      (
        await execute(
          servers.target.url('postgres'),
          `select wait_event from pg_stat_activity where query ~ 'pg_create_logical' and wait_event = 'transactionid'`,
        )
      ).rowCount
    await until(async () => (await slots()) === 1)
    // Writes flow all the while.
    t.truthy(await bed.pay())
    await elsewhere.query('commit')
    await t.notThrowsAsync(preparing)
  },
)

test.serial(
  'the drain waits for the WAL writer of the other side unless the subscription commits synchronously',
  async (t) => {
    const { source, target, link } = await replicated(t, servers)
    await target.query(`alter subscription ${link} set (synchronous_commit = off)`)
    const arrived = async () => {
      await source.query('insert into public.payments (made_by) values (0)')
      return drain(source, target, link, await writeNonce(source, 'source', String(Math.random())), 1000)
    }
    await t.throwsAsync(arrived(), { message: /the drain reached/ })
    await target.query(`alter subscription ${link} set (synchronous_commit = on)`)
    const nonce = await writeNonce(source, 'source', 'at once')
    await t.notThrowsAsync(drain(source, target, link, nonce, 15_000))
  },
)

test.serial(
  'the insert position can point past a page header that nothing will flush; the nonce takes the flush position',
  async (t) => {
    const { source, target, link } = await replicated(t, servers)
    await target.query(`alter subscription ${link} set (synchronous_commit = on)`)
    // The WAL ends at a page's end between the commit of the nonce and the look at the position.
    const wrapped = Object.create(source, {
      query: {
        value: async (text: string) => {
          const [write, look] = text.split(/(?<=commit;)/)
          const written = (await source.query(write!)) as unknown as pg.QueryResult[]
          await endAtPage(source)
          return [...written, await source.query(look!)]
        },
      },
    })
    const atEnd = async () => {
      const nonce = await writeNonce(wrapped, 'source', 'page end')
      const { rows } = await source.query(
        'select pg_current_wal_insert_lsn()::text as insert, pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as ahead',
      )
      return { nonce, insert: rows[0].insert as string, ahead: rows[0].ahead as boolean }
    }
    const trapped = async ({ nonce, insert }: Awaited<ReturnType<typeof atEnd>>) =>
      drain(source, target, link, { ...nonce, lsn: insert }, 300).then(
        () => false,
        (error) => /the drain reached/.test(error.message),
      )
    let found = await atEnd()
    let caught = found.ahead && (await trapped(found))
    // The server writes records of its own now and then, and one between the looks hides the trap.
    for (let tries = 1; !caught && tries < 20; tries++) {
      found = await atEnd()
      caught = found.ahead && (await trapped(found))
    }
    t.true(caught)
    await t.notThrowsAsync(drain(source, target, link, found.nonce, 15_000))
  },
)

/** Fills the WAL so that its end is the end of a page, and flushes it. */
async function endAtPage(client: pg.ClientBase): Promise<void> {
  const page = 8192
  const position = async () =>
    Number((await client.query(`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at`)).rows[0].at)
  const emit = async (bytes: number) => {
    // Not transactional: the record alone, no commit after it.
    await client.query(`select pg_logical_emit_message(false, 'lift', repeat('x', $1))`, [bytes])
    return position()
  }
  const before = await position()
  const overhead = (await emit(8)) - before - 8
  for (let attempt = 0; attempt < 200; attempt++) {
    const left = page - ((await position()) % page)
    const end = await emit(Math.max(8, left - overhead - (attempt % 5)))
    if (end % page === 24 || end % page === 40) {
      // A commit elsewhere makes the server flush what is there, as far as there is something.
      await client.query('select pg_logical_emit_message(false, $1, $2, true)', ['lift', '']).catch(() => {})
    }
    const { rows } = await client.query(
      'select pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as ahead',
    )
    if (rows[0].ahead && end % page <= 40) return
  }
  throw new Error('the WAL did not come to end at a page')
}

test.serial(
  '18 accepts origin = none towards 14 and ignores it; so never are both directions on at once',
  async (t) => {
    const { bed, run, source, target, link } = await replicated(t, servers)
    // The way back, on at the same time as the link forward: what was written on the target comes back to it.
    await target.query(`create publication back for table public.payments`)
    await target.query(`select pg_create_logical_replication_slot('back', 'pgoutput')`)
    await source.query(
      `create subscription back connection ${source.escapeLiteral(bed.site.target.url)} publication back with (create_slot = false, copy_data = false)`,
    )
    await target.query(`alter subscription ${link} set (origin = none)`)
    await target.query(
      'alter table public.payments disable trigger lift_fence; insert into public.payments (id) values (777)',
    )
    await until(async () => (await applyErrors(target, link)) >= 1)
    await source.query(
      'alter subscription back disable; alter subscription back set (slot_name = none); drop subscription back',
    )
    // First, because its worker tries the same row again and again, and would deadlock with the deletion.
    await disableSubscription(target, link)
    await target.query(
      'delete from public.payments; alter table public.payments enable trigger lift_fence; drop publication back',
    )
    await until(
      async () =>
        (await target.query(`select from pg_replication_slots where slot_name = 'back' and not active`))
          .rowCount === 1,
    )
    await target.query(`select pg_drop_replication_slot('back')`)
    t.pass()
    t.truthy(run)
  },
)
