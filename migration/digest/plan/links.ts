/**
 * Hash functions of single types, chained: each takes the hash so far as its seed. Several times cheaper than a
 * record, which the server builds, takes apart and asks the type cache about, row by row.
 */
import type { Seed } from './hash.ts'

interface Link {
  /** SQL of what the hash is made of, where that is more than the value: both halves of a row's hash use it. */
  once?: (value: string) => string[]
  /** SQL that hashes a value that is not NULL. */
  hash: (inputs: readonly string[], seed: Seed) => string
  /** What is hashed in place of NULL; the seed then tells the two apart. */
  inPlaceOfNull: string
  /** Oldest server_version_num that has the functions. */
  since?: number
}

/** What one column gives to a row's hash. */
export interface Value {
  /** As its link takes it, or as part of a record. */
  sql: string
  /** The name of its link; without one it is part of a record. */
  link?: string
  /** As part of a record, for one that has a link and is not chained: a record would fold 64 bits as it stands. */
  unchained?: string
  nullable: boolean
}

/** The server's parser and planner recurse once a link. */
export const linksAtMost = 64

const call = (name: string, value: string, seed: Seed) => `pg_catalog.${name}(${value}, ${seed})`
const own =
  (name: string): Link['hash'] =>
  ([value], seed) =>
    call(name, value!, seed)
const day = `'2000-01-01'::pg_catalog.date`
const stride = `'4294.967296 seconds'::pg_catalog.interval`

/**
 * The hash of an int8 folds its two halves into 32 bits before it uses the seed (−1 and 4294967295 are alike under
 * every seed), so all 64 bits go into the seed too.
 */
const int8: Link['hash'] = ([value], seed) => call('hashint8extended', value!, `${seed} # ${value}`)

/**
 * Timestamps are hashed as int8 and cannot be made one cheaply. So the time rounded down to 2³² microseconds goes
 * before: its fold is the upper half, and the two folds give back all 64 bits. Times before 2000 count from an
 * origin half a stride off, so that none is alike with the time mirrored at 2000.
 */
function timestamp(type: string, plain: (value: string) => string): Pick<Link, 'once' | 'hash'> {
  const zone = type === 'timestamptz' ? '+00' : ''
  const [late, early] = [`2000-01-01 00:00:00${zone}`, `4714-11-24 00:17:34.892032${zone} BC`].map(
    (text) => `'${text}'::pg_catalog.${type}`,
  )
  return {
    once(value) {
      const binned = [late, early].map(
        (origin) => `WHEN ${value} >= ${origin} THEN pg_catalog.date_bin(${stride}, ${value}, ${origin})`,
      )
      return [plain(value), plain(`CASE ${binned.join(' ')} ELSE ${value} END`)]
    },
    hash: ([value, upper], seed) =>
      call('timestamp_hash_extended', value!, call('timestamp_hash_extended', upper!, seed)),
  }
}

/** By the names of `canonicalForms`. */
export const links: Record<string, Link> = {
  bool: {
    once: (value) => [`${value}::pg_catalog.int4`],
    hash: own('hashint4extended'),
    inPlaceOfNull: 'false',
  },
  int2: { hash: own('hashint2extended'), inPlaceOfNull: `'0'::pg_catalog.int2` },
  int4: { hash: own('hashint4extended'), inPlaceOfNull: `'0'::pg_catalog.int4` },
  int8: { hash: int8, inPlaceOfNull: `'0'::pg_catalog.int8` },
  oid: { hash: own('hashoidextended'), inPlaceOfNull: `'0'::pg_catalog.oid` },
  uuid: {
    hash: own('uuid_hash_extended'),
    inPlaceOfNull: `'00000000-0000-0000-0000-000000000000'::pg_catalog.uuid`,
  },
  text: { hash: own('hashtextextended'), inPlaceOfNull: `''::pg_catalog.text` },
  varchar: { hash: own('hashtextextended'), inPlaceOfNull: `''::pg_catalog.varchar` },
  date: {
    once: (value) => [
      `CASE WHEN pg_catalog.isfinite(${value}) THEN ${value} - ${day} WHEN ${value} > ${day} THEN 2147483647 ELSE -2147483648 END`,
    ],
    hash: own('hashint4extended'),
    inPlaceOfNull: day,
  },
  timestamp: {
    ...timestamp('timestamp', (value) => value),
    inPlaceOfNull: `'2000-01-01'::pg_catalog.timestamp`,
    since: 140000,
  },
  timestamptz: {
    ...timestamp('timestamptz', (value) => `pg_catalog.timezone('0'::pg_catalog.interval, ${value})`),
    inPlaceOfNull: `'2000-01-01 00:00:00+00'::pg_catalog.timestamptz`,
    since: 140000,
  },
}

/** A value as its link takes it, in SQL. */
export interface Prepared {
  link: string
  inputs: string[]
  /** For a value that may be NULL: goes into the seed. */
  flag?: string
}

export function prepare({ sql, link, nullable }: Value): Prepared {
  const { once = (value: string) => [value], inPlaceOfNull } = links[link!]!
  if (!nullable) return { link: link!, inputs: once(sql) }
  const flag = `CASE WHEN ${sql} IS NULL THEN '1'::pg_catalog.int8 ELSE '0'::pg_catalog.int8 END`
  return { link: link!, inputs: once(`COALESCE(${sql}, ${inPlaceOfNull})`), flag }
}

/** Whether a value costs something to prepare, which is then better done once a row. */
export const costly = ({ link, nullable }: Value) => nullable || links[link!]!.once !== undefined

/** The hash of all these values, in their order. */
export function chain(values: readonly Prepared[], seed: Seed): Seed {
  let hash = seed
  for (const { link, inputs, flag } of values)
    hash = links[link]!.hash(inputs, flag === undefined ? hash : `${hash} # ${flag}`)
  return hash
}
