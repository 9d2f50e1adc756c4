import { readFileSync } from 'node:fs'
import test from 'ava'
import {
  CannotCompareError,
  checkInvariants,
  paymentsInvariants,
  readInvariants,
} from '../../../migration/digest/index.ts'
import { parseInvariants } from '../../../migration/digest/invariants.ts'
import { databases } from './databases.ts'

const schema = readFileSync(new URL('../../../services/payments/schema.sql', import.meta.url), 'utf8')
const tables = ['payments', 'postings', 'ledger_entries', 'idempotency_keys', 'outbox']
const pay = (key: string) =>
  `authorise_payment('${key}', '\\x00', 'shop', 1000, 'EUR', 'visa', '4242', 'card_x')`
const traffic = `SELECT ${Array.from({ length: 20 }, (_, i) => pay(`k${i}`)).join(', ')};
  SELECT capture_payment('c' || id, '\\x00', id) FROM payments WHERE substr(id, 5)::int % 2 = 0;
  SELECT refund_payment('r' || id, '\\x00', id, 400) FROM payments WHERE substr(id, 5)::int % 4 = 0;
  SELECT refund_payment('s' || id, '\\x00', id, 600) FROM payments WHERE substr(id, 5)::int % 8 = 0;`

test('they hold after ordinary traffic, and each is broken by its own damage', async (t) => {
  const { clients, onSource } = await databases(t, schema)
  await onSource(traffic)
  const broken = async () =>
    (await checkInvariants('source', clients.source, readInvariants()))
      .filter((result) => !result.holds)
      .map((result) => result.name)
  t.deepEqual(await broken(), [])

  const damages: Record<string, string> = {
    'every posting sums to zero in each currency': `UPDATE ledger_entries SET amount_minor = amount_minor + 1 WHERE id = 1`,
    'the latest 10,000 postings sum to zero in each currency': `UPDATE ledger_entries SET currency = 'USD' WHERE id = 3`,
    'every posting has entries': `INSERT INTO postings (payment_id, kind) VALUES ('pay_1', 'refund')`,
    'the latest 10,000 postings have entries and a payment': `DELETE FROM ledger_entries WHERE posting_id = 2`,
    'the ledger agrees with each payment': `UPDATE payments SET amount_minor = 1001 WHERE id = 'pay_1'`,
    "each payment's status agrees with its amounts": `UPDATE payments SET status = 'captured' WHERE id = 'pay_1'`,
    'no idempotency key made two payments': `UPDATE payments SET idempotency_key = 'k1' WHERE id = 'pay_1'`,
    'every payment was answered under its idempotency key': `DELETE FROM idempotency_keys WHERE key = 'k3'`,
    'every posting has its event': `DELETE FROM outbox WHERE payment_id = 'pay_5'`,
  }
  t.deepEqual(
    Object.keys(damages).sort(),
    readInvariants()
      .map(({ name }) => name)
      .sort(),
  )
  await onSource('SET session_replication_role = replica')
  for (const [name, damage] of Object.entries(damages)) {
    await onSource(
      `CREATE SCHEMA kept; ${tables.map((table) => `CREATE TABLE kept.${table} AS TABLE ${table}`).join(';')}`,
    )
    await onSource(damage)
    t.true((await broken()).includes(name), name)
    await onSource(
      `${tables.map((table) => `DELETE FROM ${table}; INSERT INTO ${table} OVERRIDING SYSTEM VALUE TABLE kept.${table}`).join(';')}; DROP SCHEMA kept CASCADE`,
    )
    t.deepEqual(await broken(), [], 'put right again')
  }
})

test('offenders are shown with card numbers masked', async (t) => {
  const { clients } = await databases(t)
  const invariants = parseInvariants(
    `-- name: none\nselect 1 as id, 4242424242424242 as bare, 'card 4242 4242 4242 4242' as note`,
    'x.sql',
  )
  const [result] = await checkInvariants('target', clients.target, invariants)
  t.deepEqual(result, {
    name: 'none',
    holds: false,
    offenders: [{ id: 1, bare: '************4242', note: 'card ************4242' }] as never,
  })
})

test('a query that fails or takes too long is no answer', async (t) => {
  const { clients } = await databases(t)
  const check = (sql: string, limitMs: number) =>
    t.throwsAsync(
      checkInvariants('target', clients.target, [{ name: 'mine', sql, inPause: false }], { limitMs }),
      {
        instanceOf: CannotCompareError,
      },
    )
  t.regex(
    (await check('select nothing', 0))?.message ?? '',
    /^target: checking «mine»: column "nothing" does not exist/,
  )
  t.regex((await check('select pg_sleep(60)', 20))?.message ?? '', /statement timeout/)
  const write = await check('with x as (delete from pg_class returning 1) select * from x', 0)
  t.regex(write?.message ?? '', /WITH|read-only/)
})

test('a file without names, or a name without a query, is refused', (t) => {
  t.throws(() => parseInvariants('select 1', 'my.sql'), { message: /my\.sql: a line «-- name: …»/ })
  t.throws(() => parseInvariants('-- name: a\n-- only words\n-- name: b\nselect 1', 'my.sql'), {
    message: /has no name or no query/,
  })
  t.throws(() => readInvariants('/nowhere/my.sql'), { message: /cannot be read/ })
  t.deepEqual(readInvariants(paymentsInvariants).filter(({ inPause }) => inPause).length, 2)
})
