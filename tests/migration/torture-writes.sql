-- One round of what the application does to the torture database; ROUND is its number, from 1.
insert into accounting.accounts (owner, "Balance", mood, home, tags, parent)
select 'User' || g || '@r' || ROUND, g * 1.50 - 20, (enum_range(null::accounting.mood))[g % 3 + 1],
  row ('street "' || g || '"', g)::accounting.address, array['a', null, 'c,d', g::text], null
from generate_series(1, 20) g;
update accounting.accounts set parent = (select min(id) from accounting.accounts) where code % 4 = 0;
update accounting.accounts set "Balance" = "Balance" * 1.10000 where code % 3 = 0;
delete from accounting.accounts where code % 7 = 0 and parent is null and id not in (select parent from accounting.accounts where parent is not null);
insert into "Mixed Case"."Order Lines"
select 'Order ' || ROUND || chr(65 + g % 4), g, jsonb_build_object('n', g, 'round', 1.0, 'nested', array[1, null]), 'ä' || repeat('ß', g),
  (select min(id) from accounting.accounts), "Mixed Case".hstore('k', g::text)
from generate_series(1, 10) g;
update "Mixed Case"."Order Lines" set "Line#" = "Line#" + 1000 where "Line#" = 3;
insert into "quote""d".no_key select g % 3, case when g % 2 = 0 then null else 'x ' end, 1.10, array[g, null] from generate_series(1, 12) g;
update "quote""d".no_key set c = 1.1 where a = 1 and b is null;
delete from "quote""d".no_key where ctid = (select ctid from "quote""d".no_key where a = 2 limit 1);
insert into "quote""d".by_index select ROUND * 100 + g, 'name ' || ROUND || g, repeat('m', g) from generate_series(1, 5) g;
update "quote""d".by_index set name = name || '!', id = id + 50 where id = ROUND * 100 + 1;
delete from "quote""d".by_index where id = ROUND * 100 + 2;
insert into public.types select gen_random_uuid(),
  case g when 1 then 'NaN' when 2 then 1e-30 when 3 then 1.000 else 12345678901234567890.123456789 end, g, case g when 1 then 'NaN' when 2 then '-0' when 3 then 'Infinity' else '0.1' end::real, 1.1 / g, g,
  'c ', 'v ', 'q', 'a name', E'tab\tnew\nline\\ back', decode(repeat('00ff', g), 'hex'),
  'infinity', '2026-03-29 02:30:00+01', '23:59:59.999999', '12:34+05:30', case g when 1 then date '-infinity' else date '0044-03-15 BC' end, interval '1 mon 30 days -00:00:01',
  g % 2 = 0, b'1010101', b'110', '10.0.0.1/8', '2001:db8::/32', '08:00:2b:01:02:03',
  '{"b":1,  "a":[1.0]}', '{"b":1, "a":[1.00, null]}', '<a b="c">x</a>', point(g, -g), box(point(0, 0), point(1, g)), '((0,0),(1,1))',
  int4range(g, 10), tstzrange('2026-01-01', null), accounting.span(1.50, 2.5), ('[0:1]={' || g || ',2}')::int[], '{{a,b},{NULL,"NULL"}}', array['sad', 'happy']::accounting.mood[], array[row ('s', 1), null]::accounting.address[],
  'CaSe', "Mixed Case".hstore(array['a', 'b'], array[g::text, null]), to_tsvector('simple', 'a fat cat'), to_tsquery('simple', 'fat & !rat'), '1/AB', 42, 'public.types', 'E@x'
from generate_series(1, 4) g;
update public.types set ts = '1999-12-31 23:59:59.999999', vb = null where o = 42 and r = 'NaN';
insert into public.big select ROUND, repeat('0123456789abcdef', 300000), decode(repeat('00ff10', 400000), 'hex'), null;
update public.big set note = 'values of megabytes are not sent again';
delete from public.big where id = ROUND - 2;
insert into public.wide (id) values (ROUND);
update public.wide set c77 = ROUND;
insert into public.events (at, kind, body) select date '2024-12-01' + g * 20, (array['a', 'b', 'c', 'quiet'])[g % 4 + 1], 'e' || g from generate_series(1, 30) g;
update public.events set at = at + 400, kind = 'a' where id % 9 = 0 and at < '2026-01-01' and id not in (select event from public.event_notes);
insert into public.event_notes select ROUND, id, at, kind from public.events where id % 9 <> 0 order by id desc limit 1;
insert into public.hashed select 'k' || g, ROUND from generate_series(1, 10) g;
update public.hashed set v = v + 100 where k = 'k3';
truncate public.empty;
insert into public.empty select g, 'e' from generate_series(1, case when ROUND % 2 = 0 then 3 else 0 end) g;
insert into public.vehicles values (ROUND, 'v');
insert into public.lorries values (ROUND, 'l', 7.50);
update public.vehicles set name = name || ROUND;
insert into public.bookings values (ROUND, ROUND % 2, tstzrange(timestamptz '2026-01-01' + ROUND * interval '1 day', timestamptz '2026-01-01' + (ROUND + 1) * interval '1 day'));
select nextval('accounting.unowned'), nextval('accounting."Round & round"');
