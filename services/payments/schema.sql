-- The payments database: PostgreSQL 14 and later, schema public.
--
-- Each write of the API is one call of authorise_payment, capture_payment or refund_payment: one round trip, one
-- transaction, nothing kept in the session, so that it passes a pooler in transaction mode. They are VOLATILE
-- PL/pgSQL on purpose: each statement in them takes a snapshot of its own, so the loser of a race for a key sees
-- what the winner committed; in a single statement with CTEs it would not.
--
-- Amounts are in minor units. In the ledger, debits are positive and credits negative, so every posting sums to
-- zero. Key columns are COLLATE "C": their order must not change with the collation library of the other server.

-- Belongs to no column: a lift that copies only owned sequences would hand out the same ids twice.
create sequence public.payment_numbers as bigint;

create table public.payments (
  id text collate "C" primary key default 'pay_' || nextval('public.payment_numbers'),
  -- Not unique: idempotency_keys decides, and an audit must be able to see a payment that was doubled.
  idempotency_key text collate "C" not null,
  merchant text not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  card_brand text not null,
  card_last4 text not null check (card_last4 ~ '^[0-9]{4}$'),
  card_token text not null,
  status text not null check (status in ('authorised', 'captured', 'partially_refunded', 'refunded')),
  captured_minor bigint not null default 0 check (captured_minor between 0 and amount_minor),
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and captured_minor),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
) with (fillfactor = 85); -- room on the page for the updates of capture and refund

create table public.postings (
  id bigint generated always as identity primary key,
  payment_id text collate "C" not null references public.payments,
  kind text not null check (kind in ('authorise', 'capture', 'refund', 'settle')),
  created_at timestamptz not null default now()
);
create index postings_payment on public.postings (payment_id);

create table public.ledger_entries (
  id bigint generated always as identity primary key,
  posting_id bigint not null references public.postings,
  payment_id text collate "C" not null references public.payments,
  account text not null,
  currency text not null,
  amount_minor bigint not null check (amount_minor <> 0)
);
create index ledger_entries_posting on public.ledger_entries (posting_id);

create table public.idempotency_keys (
  key text collate "C" primary key,
  request_hash bytea not null,
  -- The one HTTP request that was first, however often the service had to try it.
  request_id uuid,
  payment_id text collate "C",
  http_status integer not null,
  answer text not null,
  created_at timestamptz not null default now()
);

create table public.outbox (
  id bigint generated always as identity primary key,
  payment_id text collate "C" not null,
  event text not null,
  payload jsonb not null,
  -- trace.id of the log lines about the request that made the event; null where no request did.
  trace_id text,
  created_at timestamptz not null default now(),
  published_at timestamptz
);
create index outbox_unpublished on public.outbox (id) where published_at is null;

-- Where each merchant wants to be called.
create table public.merchant_endpoints (
  merchant text primary key,
  url text not null check (url ~ '^https://[^/@\s]+(/\S*)?$')
);

-- What a card network has paid, file by file. services/settlement reads the files; docs/settlement.md is their format.
create table public.settlement_files (
  -- As its header names it.
  id text collate "C" primary key,
  -- SHA-256 of its bytes: the same id with other bytes is another file, and refused.
  content text not null,
  records bigint not null check (records >= 0),
  -- How many of its records have been judged, in order. It grows with each batch, in the batch's transaction.
  posted bigint not null default 0 check (posted between 0 and records),
  created_at timestamptz not null default now()
);

create table public.settlements (
  file_id text collate "C" not null references public.settlement_files,
  line bigint not null,
  reference text collate "C" not null,
  payment_id text collate "C" not null,
  currency text not null,
  amount_minor bigint not null,
  -- Why nothing was posted for this line; null when it was.
  refused text,
  primary key (file_id, line)
);
-- Whatever arrives however often, in whichever file: a payment is settled once. References may return: a network
-- begins anew with each file, and another network knows nothing of them.
create unique index settlements_payment on public.settlements (payment_id) where refused is null;

-- Once a statement, not once a row. Apply workers do not fire it: they copy what was balanced already.
create function public.refuse_unbalanced_posting() returns trigger language plpgsql as $$
declare unbalanced bigint;
begin
  select posting_id into unbalanced from inserted group by posting_id, currency having sum(amount_minor) <> 0 limit 1;
  if found then
    raise exception 'posting % does not balance: its entries must sum to zero in each currency', unbalanced
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

create trigger ledger_entries_balance after insert on public.ledger_entries
  referencing new table as inserted for each statement execute function public.refuse_unbalanced_posting();

create function public.payment_json(payment public.payments) returns text language sql stable as $$
  select json_build_object(
    'id', payment.id,
    'status', payment.status,
    'amountMinor', payment.amount_minor,
    'currency', payment.currency,
    'merchant', payment.merchant,
    'card', json_build_object('brand', payment.card_brand, 'last4', payment.card_last4),
    'capturedMinor', payment.captured_minor,
    'refundedMinor', payment.refunded_minor,
    'createdAt', to_char(payment.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'updatedAt', to_char(payment.updated_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
  )::text
$$;

create function public.error_json(code text, message text) returns text language sql immutable as $$
  select json_build_object('error', code, 'message', message)::text
$$;

-- Keeps the answer under the key before anything else is written, so that the key is the lock. If the key is
-- taken, waits for its holder; when that one committed, gives its answer again, and the caller must write nothing.
-- The answer counts as `replayed` unless the holder was an earlier try of this same request. A key that was used for
-- another request gives 422.
create function public.claim_key(
  p_key text, p_request_hash bytea, p_request_id uuid, p_payment_id text,
  inout http_status integer, inout answer text, out taken boolean, out replayed boolean
) language plpgsql as $$
declare held public.idempotency_keys;
begin
  insert into public.idempotency_keys (key, request_hash, request_id, payment_id, http_status, answer)
    values (p_key, p_request_hash, p_request_id, p_payment_id, claim_key.http_status, claim_key.answer)
    on conflict (key) do nothing;
  taken := not found;
  replayed := false;
  if not taken then return; end if;

  select * into held from public.idempotency_keys k where k.key = p_key;
  if not found then -- deleted between the two statements by whoever prunes old keys
    raise exception 'the idempotency key went away while it was read' using errcode = 'serialization_failure';
  elsif held.request_hash <> p_request_hash then
    http_status := 422;
    answer := public.error_json('idempotency-key-reused', 'this Idempotency-Key was used for another request; send a new key');
    return;
  end if;
  http_status := held.http_status;
  answer := held.answer;
  replayed := held.request_id is distinct from p_request_id or p_request_id is null;
  if replayed and http_status < 300 then http_status := 200; end if;
end $$;

-- The double entry of one act and its event.
create function public.post_payment(
  payment public.payments, p_kind text, p_amount bigint, p_event text, p_payload text, p_trace_id text
) returns void language plpgsql as $$
declare
  v_posting bigint;
  v_payable text := 'merchant:' || payment.merchant || ':payable';
begin
  insert into public.postings (payment_id, kind) values (payment.id, p_kind) returning id into v_posting;
  if p_kind = 'authorise' then
    insert into public.ledger_entries (posting_id, payment_id, account, currency, amount_minor) values
      (v_posting, payment.id, 'authorisations:open', payment.currency, p_amount),
      (v_posting, payment.id, 'authorisations:offset', payment.currency, -p_amount);
  elsif p_kind = 'capture' then
    insert into public.ledger_entries (posting_id, payment_id, account, currency, amount_minor) values
      (v_posting, payment.id, 'authorisations:open', payment.currency, -p_amount),
      (v_posting, payment.id, 'authorisations:offset', payment.currency, p_amount),
      (v_posting, payment.id, 'card-network:receivable', payment.currency, p_amount),
      (v_posting, payment.id, v_payable, payment.currency, -p_amount);
  else
    insert into public.ledger_entries (posting_id, payment_id, account, currency, amount_minor) values
      (v_posting, payment.id, v_payable, payment.currency, p_amount),
      (v_posting, payment.id, 'card-network:receivable', payment.currency, -p_amount);
  end if;
  insert into public.outbox (payment_id, event, payload, trace_id)
    values (payment.id, p_event, p_payload::jsonb, p_trace_id);
end $$;

create function public.authorise_payment(
  p_key text, p_request_hash bytea, p_merchant text, p_amount bigint, p_currency text,
  p_card_brand text, p_card_last4 text, p_card_token text, p_request_id uuid default null, p_trace_id text default null,
  out http_status integer, out replayed boolean, out answer text
) language plpgsql as $$
declare
  payment public.payments;
  taken boolean;
begin
  select 'pay_' || nextval('public.payment_numbers'), p_key, p_merchant, p_amount, p_currency,
      p_card_brand, p_card_last4, p_card_token, 'authorised', 0, 0, now(), now()
    into payment.id, payment.idempotency_key, payment.merchant, payment.amount_minor, payment.currency,
      payment.card_brand, payment.card_last4, payment.card_token, payment.status,
      payment.captured_minor, payment.refunded_minor, payment.created_at, payment.updated_at;

  select c.http_status, c.answer, c.taken, c.replayed into http_status, answer, taken, replayed
    from public.claim_key(p_key, p_request_hash, p_request_id, payment.id, 201, public.payment_json(payment)) c;
  if taken then return; end if;
  insert into public.payments values (payment.*);
  perform public.post_payment(payment, 'authorise', p_amount, 'payment.authorised', answer, p_trace_id);
end $$;

create function public.capture_payment(
  p_key text, p_request_hash bytea, p_payment_id text, p_request_id uuid default null, p_trace_id text default null,
  out http_status integer, out replayed boolean, out answer text
) language plpgsql as $$
declare
  payment public.payments;
  taken boolean;
begin
  -- The payment first, then the key, in every act: no two acts can wait for each other.
  select * into payment from public.payments p where p.id = p_payment_id for no key update;
  if not found then
    http_status := 404;
    answer := public.error_json('not-found', 'there is no such payment');
  elsif payment.status <> 'authorised' then
    http_status := 409;
    answer := public.error_json('illegal-transition', format('the payment is %s; only an authorised payment can be captured', replace(payment.status, '_', ' ')));
  else
    payment.status := 'captured';
    payment.captured_minor := payment.amount_minor;
    payment.updated_at := now();
    http_status := 200;
    answer := public.payment_json(payment);
  end if;

  select c.http_status, c.answer, c.taken, c.replayed into http_status, answer, taken, replayed
    from public.claim_key(p_key, p_request_hash, p_request_id, payment.id, http_status, answer) c;
  if taken or http_status <> 200 then return; end if;
  update public.payments p
    set status = payment.status, captured_minor = payment.captured_minor, updated_at = payment.updated_at
    where p.id = payment.id;
  perform public.post_payment(payment, 'capture', payment.captured_minor, 'payment.captured', answer, p_trace_id);
end $$;

create function public.refund_payment(
  p_key text, p_request_hash bytea, p_payment_id text, p_amount bigint, p_request_id uuid default null, p_trace_id text default null,
  out http_status integer, out replayed boolean, out answer text
) language plpgsql as $$
declare
  payment public.payments;
  taken boolean;
begin
  select * into payment from public.payments p where p.id = p_payment_id for no key update;
  if not found then
    http_status := 404;
    answer := public.error_json('not-found', 'there is no such payment');
  elsif payment.status not in ('captured', 'partially_refunded') then
    http_status := 409;
    answer := public.error_json('illegal-transition', format('the payment is %s; only a captured payment can be refunded', payment.status));
  elsif p_amount > payment.captured_minor - payment.refunded_minor then
    http_status := 409;
    answer := public.error_json('refund-too-large', format('%s is left to refund, %s was asked for', payment.captured_minor - payment.refunded_minor, p_amount));
  else
    payment.refunded_minor := payment.refunded_minor + p_amount;
    payment.status := case when payment.refunded_minor = payment.captured_minor then 'refunded' else 'partially_refunded' end;
    payment.updated_at := now();
    http_status := 200;
    answer := public.payment_json(payment);
  end if;

  select c.http_status, c.answer, c.taken, c.replayed into http_status, answer, taken, replayed
    from public.claim_key(p_key, p_request_hash, p_request_id, payment.id, http_status, answer) c;
  if taken or http_status <> 200 then return; end if;
  update public.payments p
    set status = payment.status, refunded_minor = payment.refunded_minor, updated_at = payment.updated_at
    where p.id = payment.id;
  perform public.post_payment(payment, 'refund', p_amount, 'payment.refunded', answer, p_trace_id);
end $$;

-- Begins a settlement file, or finds it begun. `same` is false when the id was used for other bytes.
create function public.open_settlement(
  p_file text, p_content text, p_records bigint, out posted bigint, out same boolean
) language plpgsql as $$
begin
  insert into public.settlement_files (id, content, records) values (p_file, p_content, p_records)
    on conflict (id) do nothing;
  select f.posted, f.content = p_content and f.records = p_records into posted, same
    from public.settlement_files f where f.id = p_file;
end $$;

-- Judges and posts the records after the first `p_after` of a file: `[{line, reference, payment, currency, amount}]`.
-- Returns how many of the file are done now; when another delivery was here before, it does nothing but say so. Null
-- when another batch is at it: whoever calls waits outside of a transaction, because a pause waits for transactions.
create function public.settle_batch(p_file text, p_after bigint, p_lines jsonb) returns bigint
language plpgsql as $$
declare v_posted bigint;
begin
  -- One batch at a time: two files that settle the same payment must see each other.
  if not pg_try_advisory_xact_lock(hashtext('settlement')) then return null; end if;
  select f.posted into strict v_posted from public.settlement_files f where f.id = p_file;
  if v_posted <> p_after then return v_posted; end if;

  -- As a capture or a refund does it, and before they are read: the later event of a payment has the later payment.
  perform from public.payments p
    where p.id in (select l.payment from jsonb_to_recordset(p_lines) l (payment text))
    order by p.id for no key update;

  insert into public.settlements (file_id, line, reference, payment_id, currency, amount_minor, refused)
    select p_file, l.line, l.reference, l.payment, l.currency, l.amount,
      case
        when l.wrong is not null then l.wrong
        -- Among those that fit: a wrong line takes nothing from a right one.
        when row_number() over (partition by l.payment, l.wrong is null order by l.line) > 1
          then 'the payment stands on an earlier line too'
      end
    from (
      select given.*, case
        when p.id is null then 'there is no such payment'
        when s.line is not null then format('settled before, by line %s of file %s', s.line, s.file_id)
        when p.captured_minor = 0 then 'the payment was never captured'
        when p.currency <> given.currency then format('the payment is in %s, not %s', p.currency, given.currency)
        when p.captured_minor <> given.amount then format('%s was captured, not %s', p.captured_minor, given.amount)
      end as wrong
      from jsonb_to_recordset(p_lines) given (line bigint, reference text, payment text, currency text, amount bigint)
      left join public.payments p on p.id = given.payment
      left join public.settlements s on s.payment_id = given.payment and s.refused is null
    ) l;

  -- The network's receivable stays as captures and refunds made it; what it paid stands beside it.
  with settled as (
    select s.payment_id, s.currency, s.amount_minor, s.reference from public.settlements s
    join jsonb_to_recordset(p_lines) r (line bigint) on r.line = s.line
    where s.file_id = p_file and s.refused is null
  ), posting as (
    insert into public.postings (payment_id, kind) select payment_id, 'settle' from settled order by payment_id
    returning id, payment_id
  ), entries as (
    insert into public.ledger_entries (posting_id, payment_id, account, currency, amount_minor)
    select posting.id, settled.payment_id, side.account, settled.currency, side.sign * settled.amount_minor
    from settled join posting using (payment_id),
      (values ('bank:clearing', 1), ('card-network:settled', -1)) side (account, sign)
  )
  insert into public.outbox (payment_id, event, payload)
    select p.id, 'payment.settled', public.payment_json(p)::jsonb
      || jsonb_build_object('settlement', jsonb_build_object('file', p_file, 'reference', settled.reference))
    from settled join public.payments p on p.id = settled.payment_id;

  update public.settlement_files set posted = posted + jsonb_array_length(p_lines) where id = p_file
    returning posted into v_posted;
  return v_posted;
end $$;
