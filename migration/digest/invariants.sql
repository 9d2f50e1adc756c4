-- What must be true of the payments database on either side. Replace this file with your own: a line
-- «-- name: …» begins each query, which returns no row when the rule holds and the offenders when it does not.
-- «-- pause» after it marks a query that is cheap enough to run while writes wait; the others run before.
-- Tables are written with their schema: no search path is set.

-- name: every posting sums to zero in each currency
select posting_id, currency, sum(amount_minor) as off_by
from public.ledger_entries
group by posting_id, currency
having sum(amount_minor) <> 0

-- name: the latest 10,000 postings sum to zero in each currency
-- pause
select posting_id, currency, sum(amount_minor) as off_by
from public.ledger_entries
where posting_id > (select max(id) - 10000 from public.postings)
group by posting_id, currency
having sum(amount_minor) <> 0

-- name: every posting has entries
select posting.id, posting.payment_id, posting.kind
from public.postings posting
where not exists (select from public.ledger_entries entry where entry.posting_id = posting.id)

-- name: the latest 10,000 postings have entries and a payment
-- pause
select posting.id, posting.payment_id, posting.kind
from public.postings posting
where posting.id > (select max(id) - 10000 from public.postings)
  and (not exists (select from public.ledger_entries entry where entry.posting_id = posting.id)
    or not exists (select from public.payments payment where payment.id = posting.payment_id))

-- name: the ledger agrees with each payment
select payment.id, payment.status, payment.amount_minor, payment.captured_minor, payment.refunded_minor,
  ledger.authorised_minor, ledger.open_minor, ledger.receivable_minor
from public.payments payment
full join (
  select payment_id,
    sum(amount_minor) filter (where account = 'authorisations:open' and amount_minor > 0) as authorised_minor,
    sum(amount_minor) filter (where account = 'authorisations:open') as open_minor,
    coalesce(sum(amount_minor) filter (where account = 'card-network:receivable'), 0) as receivable_minor
  from public.ledger_entries
  group by payment_id) ledger on ledger.payment_id = payment.id
where ledger.authorised_minor is distinct from payment.amount_minor
  or ledger.open_minor is distinct from case payment.status when 'authorised' then payment.amount_minor else 0 end
  or ledger.receivable_minor is distinct from payment.captured_minor - payment.refunded_minor

-- name: each payment's status agrees with its amounts
select id, status, amount_minor, captured_minor, refunded_minor
from public.payments
where status <> case
  when captured_minor = 0 then 'authorised'
  when refunded_minor = 0 then 'captured'
  when refunded_minor < captured_minor then 'partially_refunded'
  else 'refunded' end

-- name: no idempotency key made two payments
select idempotency_key, count(*) as payments, min(id) as first, max(id) as last
from public.payments
group by idempotency_key
having count(*) > 1

-- name: every payment was answered under its idempotency key
select payment.id, payment.idempotency_key
from public.payments payment
where not exists (
  select from public.idempotency_keys key
  where key.key = payment.idempotency_key and key.payment_id = payment.id and key.http_status < 300)

-- name: every posting has its event
select coalesce(posting.payment_id, event.payment_id) as payment_id, posting.postings, event.events
from (select payment_id, count(*) as postings from public.postings group by payment_id) posting
full join (select payment_id, count(*) as events from public.outbox group by payment_id) event
  on event.payment_id = posting.payment_id
where posting.postings is distinct from event.events
