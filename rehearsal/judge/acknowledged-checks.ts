import type { Check } from './check.ts'

/** What was acknowledged against what is there. */
export const acknowledgedChecks: Check[] = [
  {
    finds: 'lost',
    sql: `
      select a.payment_id,
        format('%s of %s %s acknowledged under key %s; the payment is not there', a.kind, a.amount_minor, a.currency, a.key)
          as detail
      from acked a where not exists (select from payments p where p.id = a.payment_id)`,
  },
  {
    finds: 'lost',
    sql: `
      select a.payment_id, format('capture of %s %s acknowledged under key %s; it is not there', a.amount_minor, a.currency, a.key)
        as detail
      from acked a join payments p on p.id = a.payment_id
      where a.kind = 'capture' and p.captured_minor = 0`,
  },
  {
    finds: 'lost',
    sql: `
      select p.id as payment_id, format('refunds of %s %s acknowledged; %s are there', a.refunded, p.currency, p.refunded_minor)
        as detail
      from payments p join (
        select payment_id, sum(amount_minor) as refunded
        from (select distinct payment_id, key, amount_minor from acked where kind = 'refund') r group by payment_id
      ) a on a.payment_id = p.id
      where a.refunded > p.refunded_minor`,
  },
  {
    // One that succeeded and was not acknowledged may be why more is there: then nothing can be said.
    finds: 'misposted',
    sql: `
      select p.id as payment_id, format('refunds of %s %s acknowledged; %s are there', a.refunded, p.currency, p.refunded_minor)
        as detail
      from payments p join (
        select payment_id, sum(amount_minor) as refunded, count(*) as n
        from (select distinct payment_id, key, amount_minor from acked where kind = 'refund') r group by payment_id
      ) a on a.payment_id = p.id
      where a.refunded < p.refunded_minor
        -- Beyond the keys of the authorisation and the capture.
        and a.n >= (select count(*) - 2 from idempotency_keys k where k.payment_id = p.id and k.http_status < 300)
        -- Of a refund that is there twice it is said that it is doubled.
        and a.n >= (select count(*) from postings po where po.payment_id = p.id and po.kind = 'refund')`,
  },
  {
    finds: 'lost',
    sql: `
      select a.payment_id, format('the key %s of its %s is not there: the same request would have a second effect', a.key, a.kind)
        as detail
      from acked a join payments p on p.id = a.payment_id
      where not exists (select from idempotency_keys k where k.key = a.key)`,
  },
  {
    finds: 'misposted',
    sql: `
      select a.payment_id, format('the key %s of its %s answers %s for payment %s', a.key, a.kind, k.http_status, k.payment_id)
        as detail
      from acked a join payments p on p.id = a.payment_id join idempotency_keys k on k.key = a.key
      where k.http_status >= 300 or k.payment_id is distinct from a.payment_id`,
  },
  {
    finds: 'misposted',
    sql: `
      select p.id as payment_id,
        format('%s %s acknowledged; %s %s are there', a.amount_minor, a.currency, p.amount_minor, p.currency) as detail
      from acked a join payments p on p.id = a.payment_id
      where a.kind = 'authorise' and (a.amount_minor, a.currency) is distinct from (p.amount_minor, p.currency)`,
  },
  {
    finds: 'misposted',
    sql: `
      select p.id as payment_id,
        format('capture of %s %s acknowledged; %s %s are captured', a.amount_minor, a.currency, p.captured_minor, p.currency)
          as detail
      from acked a join payments p on p.id = a.payment_id
      where a.kind = 'capture' and p.captured_minor <> 0
        and (a.amount_minor, a.currency) is distinct from (p.captured_minor, p.currency)`,
  },
]

/** One effect for each key. */
export const duplicateChecks: Check[] = [
  {
    finds: 'duplicated',
    sql: `
      select coalesce(min(p.id) filter (where a.payment_id is not null), min(p.id)) as payment_id,
        format('%s payments under the key %s: %s', count(*), p.idempotency_key, string_agg(p.id, ', ' order by p.id)) as detail
      from payments p
      left join (select distinct payment_id from acked where kind = 'authorise') a on a.payment_id = p.id
      group by p.idempotency_key having count(*) > 1`,
  },
  {
    finds: 'duplicated',
    sql: `
      select p.id as payment_id, format('it says it was made under the key %s, which made %s', k.key, k.payment_id) as detail
      from payments p join idempotency_keys k on k.key = p.idempotency_key
      where k.payment_id is distinct from p.id
        and not exists (select from payments q where q.idempotency_key = p.idempotency_key and q.id <> p.id)`,
  },
  {
    finds: 'duplicated',
    sql: `
      select min(payment_id) as payment_id,
        format('the key %s was acknowledged for %s', key, string_agg(distinct payment_id, ' and ')) as detail
      from acked group by key having count(distinct payment_id) > 1`,
  },
  {
    finds: 'duplicated',
    sql: `
      select payment_id, format('acknowledged for the keys %s: its number was used again', string_agg(distinct key, ' and '))
        as detail
      from acked where kind = 'authorise' group by payment_id having count(distinct key) > 1`,
  },
]
