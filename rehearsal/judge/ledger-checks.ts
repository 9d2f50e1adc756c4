import type { Check } from './check.ts'

/** What payments say against their postings, and postings against their ledger entries. */
export const ledgerChecks: Check[] = [
  {
    finds: 'misposted',
    sql: `
      select id as payment_id,
        format('%s with %s of %s captured and %s refunded', status, captured_minor, amount_minor, refunded_minor) as detail
      from payments
      where status <> case
        when captured_minor = 0 then 'authorised'
        when refunded_minor = 0 then 'captured'
        when refunded_minor < captured_minor then 'partially_refunded'
        else 'refunded' end
      or captured_minor not in (0, amount_minor)`,
  },
  { finds: 'duplicated', sql: effects('>') },
  { finds: 'misposted', sql: effects('<') },
  {
    finds: 'misposted',
    sql: `
      with refunded as (
        select e.posting_id, max(abs(e.amount_minor)) as amount
        from ledger_entries e join postings po on po.id = e.posting_id and po.kind = 'refund' group by e.posting_id
      ), chart (kind, account, sign) as (values
        ('authorise', 'authorisations:open', 1), ('authorise', 'authorisations:offset', -1),
        ('capture', 'authorisations:open', -1), ('capture', 'authorisations:offset', 1),
        ('capture', 'card-network:receivable', 1), ('capture', 'merchant:%s:payable', -1),
        ('refund', 'merchant:%s:payable', 1), ('refund', 'card-network:receivable', -1),
        ('settle', 'bank:clearing', 1), ('settle', 'card-network:settled', -1)
      ), difference as (
        select posting_id, payment_id, account, currency, amount, sum(n) as missing from (
          select po.id as posting_id, p.id as payment_id, format(c.account, p.merchant) as account, p.currency,
            c.sign * case po.kind when 'authorise' then p.amount_minor when 'refund' then r.amount else p.captured_minor end
              as amount, 1 as n
          from postings po join payments p on p.id = po.payment_id join chart c on c.kind = po.kind
          left join refunded r on r.posting_id = po.id
          union all
          select posting_id, payment_id, account, currency, amount_minor, -1 from ledger_entries
        ) entries
        group by posting_id, payment_id, account, currency, amount having sum(n) <> 0
      )
      select d.payment_id, string_agg(format('%s posting %s %s the ledger entry %s of %s %s', coalesce(po.kind, 'unknown'),
          d.posting_id, case when d.missing > 0 then 'lacks' else 'has beyond what it should' end, d.account, d.amount, d.currency),
        '; ' order by d.posting_id, d.missing desc, d.account) as detail
      from difference d left join postings po on po.id = d.posting_id
      -- Of an acknowledged payment that is not there it is said that it is lost.
      where exists (select from payments p where p.id = d.payment_id)
        or not exists (select from acked a where a.payment_id = d.payment_id)
      group by d.payment_id`,
  },
  {
    finds: 'misposted',
    sql: `
      select p.id as payment_id, format('refunded %s; its postings refund %s', p.refunded_minor, coalesce(r.posted, 0)) as detail
      from payments p left join (
        select po.payment_id, sum(e.amount_minor) as posted
        from postings po join ledger_entries e on e.posting_id = po.id and e.amount_minor > 0
        where po.kind = 'refund' group by po.payment_id
      ) r on r.payment_id = p.id
      where p.refunded_minor <> coalesce(r.posted, 0)`,
  },
  {
    finds: 'misposted',
    sql: `
      select o.payment_id,
        format('event %s says %s %s for %s', o.event, o.payload ->> 'amountMinor', o.payload ->> 'currency', o.payload ->> 'merchant')
          as detail
      from outbox o join payments p on p.id = o.payment_id
      where (o.payload ->> 'id', o.payload ->> 'amountMinor', o.payload ->> 'currency', o.payload ->> 'merchant',
             o.payload #>> '{card,brand}', o.payload #>> '{card,last4}')
        is distinct from (p.id, p.amount_minor::text, p.currency, p.merchant, p.card_brand, p.card_last4)`,
  },
  {
    finds: 'misposted',
    sql: `
      select payment_id, format('%s without a payment', string_agg(distinct what, ' and ')) as detail from (
        select payment_id, 'postings' as what from postings
        union all select payment_id, 'ledger entries' from ledger_entries
        union all select payment_id, 'events' from outbox
      ) rows
      where not exists (select from payments p where p.id = payment_id)
        and not exists (select from acked a where a.payment_id = rows.payment_id)
      group by payment_id`,
  },
]

/** Effects with more or fewer postings or events than there should be: one of each. */
function effects(compare: '>' | '<'): string {
  return `
    with effects as (
      select p.id, kind, event, wanted
      from payments p
      left join (
        select payment_id, count(*)::int as succeeded from idempotency_keys where http_status < 300 group by payment_id
      ) k on k.payment_id = p.id,
      lateral (values
        ('authorise', 'payment.authorised', 1),
        ('capture', 'payment.captured', (p.captured_minor > 0)::int),
        -- One for each key that succeeded, beyond those of the authorisation and the capture.
        ('refund', 'payment.refunded', case when p.refunded_minor = 0 then 0 else greatest(1, k.succeeded - 2) end)
      ) v (kind, event, wanted)
    ),
    posted as (select payment_id, kind, count(*) as found from postings group by payment_id, kind),
    told as (select payment_id, event, count(*) as found from outbox group by payment_id, event)
    select e.id as payment_id,
      format('%s %s should be there; there are %s postings and %s events', e.wanted, e.kind, coalesce(p.found, 0),
        coalesce(t.found, 0)) as detail
    from effects e
    left join posted p on p.payment_id = e.id and p.kind = e.kind
    left join told t on t.payment_id = e.id and t.event = e.event
    where coalesce(p.found, 0) ${compare} e.wanted or coalesce(t.found, 0) ${compare} e.wanted`
}
