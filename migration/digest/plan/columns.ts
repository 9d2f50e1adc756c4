/** How a column's value becomes bytes that are the same on every server. */

import { quoted } from '../types.ts'
import { links } from './links.ts'

interface CanonicalForm {
  /** The SQL expression; hashed by its type's own hash function or, if bytea, by all its bytes. */
  expression: (column: string) => string
  /**
   * Literals the two servers must turn into the same hash, or the type goes through text. In ASCII, for servers
   * of any encoding.
   */
  samples: string[]
}

const self = (column: string) => column
const send = (name: string) => (column: string) => `pg_catalog.${name}(${column})`
const text = (column: string) => `${column} COLLATE "C"`

/** On, before and after the origins from which links round; the third is a whole number of strides before one. */
const times = [
  '2000-01-01 00:00:00+00',
  '1999-12-31 23:59:59.999999+00',
  '1997-11-15 06:38:56+00',
  '2026-11-25 12:34:56.789012+00',
  '4714-11-24 00:00:00+00 BC',
  '294276-12-31 23:59:59.999999+00',
  'infinity',
  '-infinity',
]

/**
 * Types by name in pg_type whose form is safe without text. Types absent here go through their output
 * function. hashint8 folds its 64 bits to 32 before hashing (−1 and 4294967295 are alike under every seed), and
 * the timestamps with it, so 64-bit types are hashed as the 8 bytes of their binary form.
 */
export const canonicalForms: Record<string, CanonicalForm> = {
  bool: { expression: self, samples: ['true', 'false'] },
  int2: { expression: self, samples: ['0', '1', '-1', '32767'] },
  int4: { expression: self, samples: ['0', '1', '-1', '2147483647'] },
  int8: { expression: send('int8send'), samples: ['0', '-1', '4294967295', '9223372036854775807'] },
  oid: { expression: self, samples: ['0', '4294967295'] },
  uuid: {
    expression: self,
    samples: ['00000000-0000-0000-0000-000000000000', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
  },
  date: { expression: self, samples: ['2000-01-01', '1969-07-20', 'infinity', '0044-03-15 BC'] },
  bytea: { expression: self, samples: ['\\x', '\\x00', '\\xdeadbeef00112233445566778899aabb'] },
  text: { expression: text, samples: ['', 'a', 'A', 'a ', 'longer than one block of the hash'] },
  varchar: { expression: text, samples: ['', 'a', 'longer'] },
  bpchar: { expression: send('bpcharsend'), samples: ['', 'a', 'a  '] },
  name: { expression: send('namesend'), samples: ['', 'a'] },
  timestamp: { expression: send('timestamp_send'), samples: times.map((time) => time.replace('+00', '')) },
  timestamptz: { expression: send('timestamptz_send'), samples: times },
  time: { expression: send('time_send'), samples: ['00:00', '24:00', '12:34:56.789'] },
  timetz: { expression: send('timetz_send'), samples: ['00:00+00', '12:34:56-08'] },
  interval: { expression: send('interval_send'), samples: ['1 mon', '30 days', '-1 year 2 days 03:04:05.6'] },
  numeric: {
    expression: send('numeric_send'),
    samples: ['0', '0.00', '1.0', '1.00', '-12345678901234567890.0123456789', '1e-20', '1e100', 'NaN'],
  },
  money: { expression: send('cash_send'), samples: ['0', '-12.34'] },
  bit: { expression: send('bit_send'), samples: ['0', '1'] },
  varbit: { expression: send('varbit_send'), samples: ['', '0', '00', '1011000111110000101'] },
  macaddr: { expression: send('macaddr_send'), samples: ['08:00:2b:01:02:03'] },
  macaddr8: { expression: send('macaddr8_send'), samples: ['08:00:2b:01:02:03:04:05'] },
  inet: { expression: send('inet_send'), samples: ['10.0.0.1', '10.0.0.1/8', '::1', 'fe80::1/64'] },
  cidr: { expression: send('cidr_send'), samples: ['10.0.0.0/8', '2001:db8::/32'] },
  json: { expression: send('json_send'), samples: ['{}', '{"b": 1,  "a": [1.0, 1.00]}'] },
  jsonb: { expression: send('jsonb_send'), samples: ['{}', '{"b": 1, "a": [1.0, 1.00, null, "e"]}', '-0.0'] },
}

/** Names of `canonicalForms` that hash text by the bytes of the server's encoding. */
const inServerEncoding = new Set(['text', 'varchar'])
const integers = new Set(['int2', 'int4', 'int8'])
const strings = new Set(['text', 'varchar'])

export interface ColumnType {
  /** pg_type.typname of the type under any domains. */
  base: string
  /** pg_type.typtype of it: b base, e enum, c composite, r range, m multirange. */
  kind: string
  /** True for types of pg_catalog. */
  builtin: boolean
  domain: boolean
}

/** What a type means for hashing: a name of `canonicalForms`, `enum`, or `output` for its output function. */
export function formOf(source: ColumnType, target: ColumnType, alike: (form: string) => boolean): string {
  const form = commonForm(source, target)
  return form === 'output' || alike(form) ? form : 'output'
}

function commonForm(source: ColumnType, target: ColumnType): string {
  // enum_send takes no domain, and a cast would differ by side.
  if (source.kind === 'e' && target.kind === 'e') return source.domain || target.domain ? 'output' : 'enum'
  if (!source.builtin || !target.builtin) return 'output'
  if (integers.has(source.base) && integers.has(target.base))
    return source.base === target.base ? source.base : 'int8'
  if (strings.has(source.base) && strings.has(target.base)) return 'text'
  return source.base === target.base && source.base in canonicalForms ? source.base : 'output'
}

/** The SQL for a column in one of the forms above but `output`. */
export function canonicalExpression(
  name: string,
  form: string,
  options: { cast: boolean; sameEncoding: boolean },
): string {
  const column = quoted(name)
  if (form === 'enum') return `pg_catalog.enum_send(${column})`
  const typed = options.cast ? `${column}::pg_catalog.${form}` : column
  if (inServerEncoding.has(form) && !options.sameEncoding) return `pg_catalog.textsend(${typed})`
  return canonicalForms[form]!.expression(typed)
}

/** The SQL that a form's link takes; undefined where it has none. */
export function linkedExpression(
  name: string,
  form: string,
  options: { cast: boolean; sameEncoding: boolean },
): string | undefined {
  if (!(form in links) || (inServerEncoding.has(form) && !options.sameEncoding)) return undefined
  const typed = options.cast ? `${quoted(name)}::pg_catalog.${form}` : quoted(name)
  return inServerEncoding.has(form) ? text(typed) : typed
}
