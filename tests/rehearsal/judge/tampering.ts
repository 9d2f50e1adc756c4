/** SQL that a system which loses or doubles payments could have run; triggers and constraints aside. */
export const dropAll = (id: string) =>
  `delete from payments where id = '${id}'; delete from idempotency_keys where payment_id = '${id}';
   delete from ledger_entries where payment_id = '${id}'; delete from postings where payment_id = '${id}'; delete from outbox where payment_id = '${id}';`

export const dropEffect = (id: string, kind: string, event: string, key: string) =>
  `delete from ledger_entries where posting_id in (select id from postings where payment_id = '${id}' and kind = '${kind}');
   delete from postings where payment_id = '${id}' and kind = '${kind}';
   delete from outbox where payment_id = '${id}' and event = '${event}'; delete from idempotency_keys where key = '${key}';`

export const repeatEffect = (id: string, kind: string, event: string) =>
  `with p as (insert into postings (payment_id, kind) values ('${id}', '${kind}') returning id)
   insert into ledger_entries (posting_id, payment_id, account, currency, amount_minor)
     select p.id, payment_id, account, currency, amount_minor from p, ledger_entries
     where posting_id = (select id from postings where payment_id = '${id}' and kind = '${kind}');
   insert into outbox (payment_id, event, payload) select payment_id, event, payload from outbox where payment_id = '${id}' and event = '${event}';`

export const doubled = (columns: string) =>
  `insert into payments (id, idempotency_key, merchant, amount_minor, currency, card_brand, card_last4, card_token, status)
     select 'pay_61', ${columns}, merchant, amount_minor, currency, card_brand, card_last4, card_token, status
     from payments where id = 'pay_8';`
