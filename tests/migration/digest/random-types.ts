/** Every kind of column type a table can have, with values and with changes that are easy to overlook. */
import type { Random } from './random.ts'
import {
  bigint,
  clock,
  coordinate,
  date,
  decimal,
  flipBit,
  flipCase,
  foldedAlike,
  hex,
  int,
  moods,
  moreScale,
  overlooked,
  point,
  text,
  two,
  word,
  zone,
} from './random-values.ts'

export interface RandomType {
  /** As written in CREATE TABLE. */
  type: string
  /** The text of a literal that means the same under every setting. */
  value: (r: Random) => string
  /** Another literal, as close as the type allows. */
  near?: (text: string, r: Random) => string
}

/** Types that must exist before the tables. */
export const typeDefinitions = `
  CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'O''K', 'happy');
  CREATE TYPE pair AS (n int, "a text" text);
  CREATE DOMAIN positive AS int CHECK (value > 0);
  CREATE DOMAIN reference AS varchar(60);
  CREATE DOMAIN amount AS numeric CHECK (value < 1e9);
  CREATE DOMAIN feeling AS mood;
  CREATE DOMAIN moods AS mood[];
  CREATE TYPE floatrange AS RANGE (subtype = float8, subtype_diff = float8mi);
  CREATE COLLATION ignore_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE named (id int);`

export const randomTypes: RandomType[] = [
  { type: 'boolean', value: (r) => r.pick(['t', 'f']) },
  { type: 'smallint', value: int(-32768, 32767) },
  { type: 'integer', value: int(-2147483648, 2147483647) },
  { type: 'bigint', value: bigint, near: (value) => foldedAlike(value) },
  { type: 'oid', value: int(0, 2 ** 31) },
  {
    type: 'numeric',
    value: (r) => r.pick([decimal(r), 'NaN', '0', '1e40', decimal(r)]),
    near: (v) => (/^-?[\d.]+$/.test(v) ? moreScale(v) : '1'),
  },
  { type: 'numeric(12,2)', value: decimal },
  {
    type: 'real',
    value: (r) => r.pick(['0', '-0', 'NaN', '1e-30', decimal(r)]),
    near: (v) => (v === '0' ? '-0' : '0'),
  },
  {
    type: 'double precision',
    value: (r) => r.pick(['0', '-0', 'NaN', '-Infinity', '5e-324', decimal(r)]),
    near: (v) => (v === '0' ? '-0' : '0'),
  },
  { type: 'money', value: (r) => `${r.int(-9999, 9999)}.${two(r.int(0, 99))}` },
  { type: 'text', value: text, near: overlooked },
  { type: 'text COLLATE "en-x-icu"', value: text, near: overlooked },
  { type: 'text COLLATE ignore_case', value: text, near: flipCase },
  { type: 'varchar(60)', value: text, near: overlooked },
  { type: 'char(20)', value: word, near: flipCase },
  { type: 'name', value: word, near: flipCase },
  { type: '"char"', value: (r) => r.pick(['a', 'A', '1', '']), near: (v) => (v === 'a' ? 'A' : 'a') },
  { type: 'citext', value: word, near: flipCase },
  { type: 'bytea', value: (r) => `\\x${hex(r, r.int(0, 40))}`, near: flipBit },
  { type: 'date', value: (r) => r.pick([date(r), 'infinity', '0044-03-15 BC']) },
  { type: 'time', value: clock },
  {
    type: 'time with time zone',
    value: (r) => `${clock(r)}${zone(r)}`,
    near: (v) => v.replace(/[+-][\d:]+$/, (z) => (z === '+00' ? '+01' : '+00')),
  },
  {
    type: 'timestamp',
    value: (r) => r.pick([`${date(r)} ${clock(r)}`, '-infinity']),
    near: () => '2026-01-01 00:00:00.000001',
  },
  { type: 'timestamp(0)', value: (r) => `${date(r)} ${clock(r)}` },
  {
    type: 'timestamptz',
    value: (r) => `${date(r)} ${clock(r)}${zone(r)}`,
    near: (v) => v.replace(/[+-][\d:]+$/, (z) => (z === '+00' ? '+01' : '+00')),
  },
  {
    type: 'interval',
    value: (r) => r.pick(['P1M', 'P30D', 'PT720H', `P${r.int(0, 9)}Y${r.int(0, 20)}DT${r.int(0, 99)}.5S`]),
    near: (v) => (v === 'P1M' ? 'P30D' : v === 'P30D' ? 'PT720H' : 'P1M'),
  },
  { type: 'uuid', value: (r) => hex(r, 16) },
  {
    type: 'json',
    value: (r) => `{"b": ${decimal(r)}, "a": [1, "${word(r)}"]}`,
    near: (v) => v.replace(', ', ',  '),
  },
  {
    type: 'jsonb',
    value: (r) => r.pick([`{"b": ${decimal(r)}, "a": ["${word(r)}", null]}`, '[]', '1.0', '"x"']),
    near: (v) => (v === '1.0' ? '1.00' : v.replace(/(\d\.\d+)/, '$10')),
  },
  { type: 'xml', value: (r) => `<a b="${word(r)}">${word(r)}</a>`, near: (v) => v.replace('<a ', '<a  ') },
  { type: 'bit(8)', value: (r) => r.list(8, 8, () => r.int(0, 1)).join('') },
  { type: 'bit varying', value: (r) => r.list(0, 12, () => r.int(0, 1)).join(''), near: (v) => `${v}0` },
  {
    type: 'inet',
    value: (r) => r.pick([`10.0.${r.int(0, 255)}.1/24`, `10.0.${r.int(0, 255)}.1`, 'fe80::1/64']),
    near: (v) => v.replace(/(\/24)?$/, '/25').replace('/64/25', '/65'),
  },
  { type: 'cidr', value: (r) => `10.${r.int(0, 255)}.0.0/16`, near: (v) => v.replace('/16', '/17') },
  { type: 'macaddr', value: (r) => hex(r, 6) },
  { type: 'macaddr8', value: (r) => hex(r, 8) },
  { type: 'point', value: point },
  { type: 'line', value: (r) => `{1,${coordinate(r)},${coordinate(r)}}` },
  { type: 'lseg', value: (r) => `[${point(r)},${point(r)}]` },
  { type: 'box', value: (r) => `${point(r)},${point(r)}` },
  {
    type: 'path',
    value: (r) => `[${point(r)},${point(r)}]`,
    near: (v) => v.replace('[', '(').replace(']', ')'),
  },
  { type: 'polygon', value: (r) => `(${point(r)},${point(r)},${point(r)})` },
  { type: 'circle', value: (r) => `<${point(r)},${r.int(0, 9)}>` },
  {
    type: 'int4range',
    value: (r) => r.pick(['empty', `[${r.int(0, 9)},${r.int(10, 20)})`, '(,)']),
    near: (v) => (v === 'empty' ? '(,)' : 'empty'),
  },
  {
    type: 'numrange',
    value: (r) => `[${r.int(0, 9)}.0,${r.int(10, 20)})`,
    near: (v) => v.replace('.0,', '.00,'),
  },
  {
    type: 'tstzrange',
    value: (r) => `["2020-01-01 ${clock(r)}${zone(r)}",)`,
    near: (v) => v.replace('[', '('),
  },
  { type: 'floatrange', value: (r) => `[-0,${r.int(1, 9)}]`, near: (v) => v.replace('-0', '0') },
  {
    type: 'int8multirange',
    value: (r) => `{[${r.int(0, 9)},${r.int(10, 20)}),[30,40)}`,
    near: (v) => v.replace('[30', '[31'),
  },
  { type: 'tsvector', value: (r) => `${word(r)}:1A b:2`, near: (v) => v.replace(':1A', ':1') },
  { type: 'tsquery', value: (r) => `${word(r)} & !b`, near: (v) => v.replace('!b', 'b') },
  { type: 'pg_lsn', value: (r) => `${r.int(0, 9)}/${hex(r, 4)}` },
  { type: 'xid8', value: int(0, 2 ** 31) },
  { type: 'tid', value: (r) => `(${r.int(0, 99)},${r.int(1, 99)})` },
  { type: 'jsonpath', value: (r) => `$."${word(r)}"[*]`, near: (v) => v.replace('[*]', '[0]') },
  { type: 'regclass', value: (r) => r.pick(['pg_class', 'public.named', 'pg_type']) },
  { type: 'oidvector', value: (r) => `1 2 ${r.int(0, 9)}` },
  {
    type: 'integer[]',
    value: (r) => r.pick(['{}', '{1,2,3,4}', `{${r.int(0, 9)},NULL}`, '[0:1]={5,6}']),
    near: (v) => (v === '{1,2,3,4}' ? '{{1,2},{3,4}}' : v === '[0:1]={5,6}' ? '{5,6}' : '{{1}}'),
  },
  {
    type: 'text[]',
    value: (r) => r.pick(['{NULL}', '{"NULL"}', '{""}', `{${word(r)},"a,b"}`]),
    near: (v) => (v === '{NULL}' ? '{"NULL"}' : '{NULL}'),
  },
  { type: 'numeric[]', value: (r) => `{${decimal(r)},1.0}`, near: (v) => v.replace('1.0}', '1.00}') },
  {
    type: 'timestamptz[]',
    value: (r) => `{"${date(r)} ${clock(r)}${zone(r)}"}`,
    near: (v) => v.replace(/[+-][\d:]+"/, '+09"'),
  },
  { type: 'mood', value: (r) => r.pick(moods) },
  { type: 'mood[]', value: (r) => `{${r.pick(moods)},${r.pick(moods)}}` },
  {
    type: 'pair',
    value: (r) => `(${r.int(0, 9)},"${word(r)}")`,
    near: (v) => v.replace(/".*"/, v.includes('""') ? '' : '""'),
  },
  { type: 'pair[]', value: (r) => `{"(${r.int(0, 9)},)"}`, near: (v) => v.replace(',)', ',\\"\\")') },
  { type: 'positive', value: (r) => `${r.int(1, 2147483647)}` },
  { type: 'reference', value: text, near: overlooked },
  { type: 'amount', value: decimal, near: moreScale },
  { type: 'feeling', value: (r) => r.pick(moods) },
  { type: 'moods', value: (r) => `{${r.pick(moods)}}`, near: (v) => `[2:2]=${v}` },
  {
    type: 'hstore',
    value: (r) => `a=>"${word(r)}", b=>NULL`,
    near: (v) => v.replace('b=>NULL', 'b=>"NULL"'),
  },
  { type: 'ltree', value: (r) => `${word(r)}.${word(r)}` },
]

/** Types a key is made of. */
export const keyTypes: RandomType[][] = [
  ['integer'],
  ['bigint'],
  ['bigint'],
  ['smallint'],
  ['uuid'],
  ['text'],
  ['text COLLATE "en-x-icu"'],
  ['text COLLATE ignore_case'],
  ['varchar(60)'],
  ['char(20)'],
  ['numeric'],
  ['timestamptz'],
  ['date'],
  ['bytea'],
  ['inet'],
  ['double precision'],
  ['positive'],
  ['reference'],
  ['mood', 'bigint'],
  ['integer', 'text'],
  ['uuid', 'timestamptz', 'smallint'],
  ['citext'],
  [],
].map((names) => names.map((name) => randomTypes.find(({ type }) => type === name)!))
