import test from 'ava'
import pg from 'pg'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { sharedPostgres } from '../postgres.ts'
import { paymentsApp, paymentsDatabase } from './payments-world.ts'

for (const side of ['source', 'target'] as const) {
  let server: PostgresServer
  test.before(async () => {
    server = await sharedPostgres(side)
  })

  test.serial(`the schema on the ${side}: what a lift needs of it`, async (t) => {
    const { owner, url } = await paymentsDatabase(t, server)
    const without = await owner.query(`
      select relname from pg_class c where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`)
    t.deepEqual(without.rows, [], 'every table has a primary key')
    const alwaysFiring = await owner.query(
      `select tgname from pg_trigger where not tgisinternal and tgenabled <> 'O'`,
    )
    t.deepEqual(alwaysFiring.rows, [], 'no trigger fires under an apply worker')
    const volatility = await owner.query(`
      select proname from pg_proc where pronamespace = 'public'::regnamespace and prosecdef`)
    t.deepEqual(volatility.rows, [], 'no function borrows rights that the fence may exempt')

    await paymentsApp(t, url).authorise('k')
    const { rows } = await owner.query(`
      select c.relname, pg_sequence_last_value(c.oid) is not null as called,
        exists (select from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i')) as owned
      from pg_class c where relkind = 'S' order by 1`)
    t.deepEqual(rows, [
      { relname: 'ledger_entries_id_seq', called: true, owned: true },
      { relname: 'outbox_id_seq', called: true, owned: true },
      { relname: 'payment_numbers', called: true, owned: false },
      { relname: 'postings_id_seq', called: true, owned: true },
    ])
  })

  test.serial(
    `the ledger on the ${side} takes nothing unbalanced, and the app cannot change what is posted`,
    async (t) => {
      const { owner, url } = await paymentsDatabase(t, server)
      const { id } = (await paymentsApp(t, url).authorise('k')).json()
      const app = new pg.Client(url)
      await app.connect()
      t.teardown(() => app.end())
      const insert = (entries: string) =>
        app.query(
          `insert into ledger_entries (posting_id, payment_id, account, currency, amount_minor) values ${entries}`,
        )
      const unbalanced = { code: '23514', message: /^posting \d+ does not balance/ }
      await t.throwsAsync(insert(`(1, '${id}', 'a', 'EUR', 5)`), unbalanced)
      await t.throwsAsync(insert(`(1, '${id}', 'a', 'EUR', 5), (1, '${id}', 'b', 'EUR', -4)`), unbalanced)
      await t.throwsAsync(insert(`(1, '${id}', 'a', 'EUR', 5), (1, '${id}', 'b', 'USD', -5)`), unbalanced)
      await t.notThrowsAsync(insert(`(1, '${id}', 'a', 'EUR', 5), (1, '${id}', 'b', 'EUR', -5)`))
      for (const statement of [
        'delete from ledger_entries',
        'update ledger_entries set amount_minor = 1',
        'update payments set amount_minor = 1',
        'delete from payments',
        'update idempotency_keys set answer = null',
        'truncate outbox',
      ]) {
        await t.throwsAsync(app.query(statement), { code: '42501' }, statement)
      }
      await t.throwsAsync(owner.query(`update payments set refunded_minor = 1`), { code: '23514' })
    },
  )
}
