import test, { type ExecutionContext } from 'ava'
import type pg from 'pg'
import type { Judgement } from '../../../rehearsal/judge/judge.ts'
import { testPostgres } from '../../postgres.ts'
import { judged, judgedDatabase } from './judged-world.ts'
import { doubled, dropAll, dropEffect, repeatEffect } from './tampering.ts'

let client: pg.Client
test.before(async (t) => {
  client = await judgedDatabase(await testPostgres(t, 'target'))
})
test.after.always(() => client?.end())

type Kind = 'lost' | 'duplicated' | 'misposted'
type Assert = (t: ExecutionContext, judgement: Judgement) => void

/** A test that the verdict fails and names this payment. */
function names(kind: Kind, paymentId: string, detail: RegExp, what: string, sql: string, more?: Assert) {
  test.serial(`${kind}: ${what}`, async (t) => {
    const judgement = await judged(client, { sql })
    t.is(judgement.verdict, 'fail')
    t.is(judgement.payments[kind], 1, JSON.stringify(judgement.findings))
    const [finding] = judgement.findings[kind]
    t.is(finding?.paymentId, paymentId)
    t.regex(finding?.detail ?? '', detail)
    t.true(judgement.reasons.some((reason) => reason.includes(`${paymentId} (`)))
    more?.(t, judgement)
  })
}

/** One cause is told once, and the ledger is not blamed. */
const others =
  (of: Kind): Assert =>
  (t, { payments: { lost, duplicated, misposted, failed }, ledger }) => {
    const none = { lost: 0, duplicated: 0, misposted: 0, failed: 0 }
    t.deepEqual({ lost, duplicated, misposted, failed }, { ...none, [of]: 1 })
    t.true(ledger.balanced)
  }
const unbalanced: Assert = (t, { ledger, reasons }) => {
  t.false(ledger.balanced)
  t.regex(
    reasons.at(-1) ?? '',
    /^The ledger does not balance: off zero are USD by -?\d+, posting \d+ of pay_10 by -?\d+ USD\.$/,
  )
}

names(
  'lost',
  'pay_5',
  /^authorise of 1005 JPY acknowledged under key auth-5; the payment is not there$/,
  'the whole payment',
  dropAll('pay_5'),
  others('lost'),
)
names(
  'lost',
  'pay_5',
  /the payment is not there/,
  'only its row',
  "delete from payments where id = 'pay_5'",
  others('lost'),
)
names(
  'lost',
  'pay_3',
  /^capture of 1003 EUR acknowledged under key capt-3; it is not there/,
  'the capture',
  `${dropEffect('pay_3', 'capture', 'payment.captured', 'capt-3')} update payments set status = 'authorised', captured_minor = 0 where id = 'pay_3'`,
  others('lost'),
)
names(
  'lost',
  'pay_10',
  /^refunds of 400 USD acknowledged; 0 are there/,
  'the refund',
  `${dropEffect('pay_10', 'refund', 'payment.refunded', 'refu-10')} update payments set status = 'captured', refunded_minor = 0 where id = 'pay_10'`,
  others('lost'),
)
names(
  'lost',
  'pay_6',
  /^the key auth-6 of its authorise is not there/,
  'only its key',
  `delete from idempotency_keys where key = 'auth-6'`,
  others('lost'),
)

names(
  'duplicated',
  'pay_8',
  /^2 payments under the key auth-8: pay_61, pay_8$/,
  'the payment, with everything that belongs to it',
  `${doubled('idempotency_key')}
   with p as (insert into postings (payment_id, kind) values ('pay_61', 'authorise') returning id)
   insert into ledger_entries (posting_id, payment_id, account, currency, amount_minor)
     select p.id, 'pay_61', account, currency, amount_minor from p, ledger_entries where payment_id = 'pay_8';
   insert into outbox (payment_id, event, payload)
     select 'pay_61', event, payload || '{"id":"pay_61"}' from outbox where payment_id = 'pay_8'`,
  others('duplicated'),
)
names('duplicated', 'pay_8', /^2 payments under the key auth-8/, 'only its row', doubled('idempotency_key'))
names(
  'duplicated',
  'pay_61',
  /made under the key auth-9, which made pay_9$/,
  'under the key of another that is gone',
  `${doubled(`'auth-9'`)} delete from payments where id = 'pay_9'`,
)
names(
  'duplicated',
  'pay_3',
  /^1 capture should be there; there are 2 postings and 2 events$/,
  'the capture',
  repeatEffect('pay_3', 'capture', 'payment.captured'),
  others('duplicated'),
)
names(
  'duplicated',
  'pay_10',
  /^1 refund should be there; there are 2 postings and 2 events$/,
  'the refund',
  `${repeatEffect('pay_10', 'refund', 'payment.refunded')} update payments set refunded_minor = 800 where id = 'pay_10'`,
  others('duplicated'),
)
names(
  'duplicated',
  'pay_8',
  /^1 authorise should be there; there are 1 postings and 2 events$/,
  'only its event',
  `insert into outbox (payment_id, event, payload) select payment_id, event, payload from outbox where payment_id = 'pay_8'`,
  others('duplicated'),
)

names(
  'misposted',
  'pay_4',
  /^1004 USD acknowledged; 1005 USD are there/,
  'the amount changed by 1',
  `update payments set amount_minor = amount_minor + 1 where id = 'pay_4'`,
)
names(
  'misposted',
  'pay_4',
  /^1004 USD acknowledged; 1004 EUR are there/,
  'the currency',
  `update payments set currency = 'EUR' where id = 'pay_4'`,
)
names(
  'misposted',
  'pay_2',
  /^capture of 1002 JPY acknowledged; 1001 JPY are captured/,
  'the captured amount',
  `update payments set captured_minor = captured_minor - 1 where id = 'pay_2'`,
)
names(
  'misposted',
  'pay_3',
  /^authorised with 1003 of 1003 captured and 0 refunded$/,
  'the status',
  `update payments set status = 'authorised' where id = 'pay_3'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_10',
  /refunded 401; its postings refund 400$/,
  'the refunded amount',
  `update payments set refunded_minor = 401 where id = 'pay_10'`,
  others('misposted'),
)
for (const [kind, account, lacks] of [
  ['authorise', 'authorisations:open', 'authorisations:open of 1010 USD'],
  ['capture', 'card-network:receivable', 'card-network:receivable of 1010 USD'],
  ['refund', 'merchant:shop-1:payable', 'merchant:shop-1:payable of 400 USD'],
] as const)
  names(
    'misposted',
    'pay_10',
    new RegExp(`^${kind} posting \\d+ lacks the ledger entry ${lacks}`),
    `one ledger entry of the ${kind} dropped`,
    `delete from ledger_entries where account = '${account}' and posting_id = (select id from postings where payment_id = 'pay_10' and kind = '${kind}')`,
    unbalanced,
  )
names(
  'misposted',
  'pay_8',
  /^authorise posting \d+ lacks .* of -1008 JPY; .* lacks .* of 1008 JPY; .*has beyond .* of -1009 JPY; .*has beyond .* of 1009 JPY$/,
  'both ledger entries changed alike',
  `update ledger_entries set amount_minor = amount_minor + sign(amount_minor) where payment_id = 'pay_8'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /has beyond what it should the ledger entry authorisations:open/,
  'ledger entries twice in one posting',
  `insert into ledger_entries (posting_id, payment_id, account, currency, amount_minor)
   select posting_id, payment_id, account, currency, amount_minor from ledger_entries where payment_id = 'pay_8'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /lacks the ledger entry authorisations:open/,
  'the account',
  `update ledger_entries set account = 'suspense' where payment_id = 'pay_8' and amount_minor > 0`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /^1 authorise should be there; there are 0 postings and 1 events$/,
  'its posting dropped, entries and all',
  `delete from ledger_entries where payment_id = 'pay_8'; delete from postings where payment_id = 'pay_8'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /^1 authorise should be there; there are 1 postings and 0 events$/,
  'its event dropped',
  `delete from outbox where payment_id = 'pay_8'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /^event payment.authorised says 7 JPY for shop-2$/,
  'another amount in its event',
  `update outbox set payload = payload || '{"amountMinor":7}' where payment_id = 'pay_8'`,
  others('misposted'),
)
names(
  'misposted',
  'pay_8',
  /^the key auth-8 of its authorise answers 201 for payment pay_9$/,
  'its key answers for another',
  `update idempotency_keys set payment_id = 'pay_9' where key = 'auth-8'`,
)
names(
  'misposted',
  'pay_99',
  /has beyond what .* of 5 EUR; ledger entries and postings without a payment$/,
  'postings of a payment that is not there',
  `with p as (insert into postings (payment_id, kind) values ('pay_99', 'authorise') returning id)
   insert into ledger_entries (posting_id, payment_id, account, currency, amount_minor)
   select id, 'pay_99', account, 'EUR', amount from p, (values ('authorisations:open', 5), ('authorisations:offset', -5)) v (account, amount)`,
)
names(
  'misposted',
  'pay_10',
  /^refunds of 400 USD acknowledged; 500 are there$/,
  'more is refunded than was acknowledged, and the ledger agrees',
  `update payments set refunded_minor = 500 where id = 'pay_10';
   update ledger_entries set amount_minor = 500 * sign(amount_minor)
     where posting_id = (select id from postings where payment_id = 'pay_10' and kind = 'refund')`,
  others('misposted'),
)
for (const [what, set] of [
  ['merchant', `merchant = 'shop-9'`],
  ['card', `card_last4 = '0000'`],
])
  names(
    'misposted',
    'pay_8',
    /^event payment\.authorised says 1008 JPY for shop-2$/,
    `it is another ${what}'s`,
    `update payments set ${set} where id = 'pay_8'`,
    others('misposted'),
  )
