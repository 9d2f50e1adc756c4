/**
 * Hash functions of single types, chained: each takes the hash so far as its seed. Several times cheaper than a
 * record, which the server builds, takes apart and asks the type cache about, row by row.
 */
import type { Seed } from './hash.ts'

interface Link {
  /** SQL that hashes a value that is not NULL. */
  hash: (value: string, seed: Seed) => string
  /** What is hashed in place of NULL; the seed then tells the two apart. */
  inPlaceOfNull: string
  /** Oldest server_version_num that has the functions. */
  since?: number
}

/** What one column gives to a row's hash. */
export interface Value {
  sql: string
  /** The name of its link; without one it is part of a record. */
  link?: string
  nullable: boolean
}

/** The server's parser and planner recurse once a link. */
export const linksAtMost = 64

const own = (name: string) => (value: string, seed: Seed) => `pg_catalog.${name}(${value}, ${seed})`
const day = `'2000-01-01'::pg_catalog.date`
const stride = `'4294.967296 seconds'::pg_catalog.interval`

/**
 * The hash of an int8 folds its two halves into 32 bits before it uses the seed (−1 and 4294967295 are alike under
 * every seed), so all 64 bits go into the seed too.
 */
const int8 = (value: string, seed: Seed) => `pg_catalog.hashint8extended(${value}, ${seed} # ${value})`

/**
 * Timestamps are hashed as int8 and cannot be made one cheaply. So the time rounded down to 2³² microseconds goes
 * before: its fold is the upper half, and the two folds give back all 64 bits. Times before 2000 count from an
 * origin half a stride off, so that none is alike with the time mirrored at 2000.
 */
function timestamp(type: string, plain: (value: string) => string): Link['hash'] {
  const zone = type === 'timestamptz' ? '+00' : ''
  const [late, early] = [`2000-01-01 00:00:00${zone}`, `4714-11-24 00:17:34.892032${zone} BC`].map(
    (text) => `'${text}'::pg_catalog.${type}`,
  )
  return (value, seed) => {
    const binned = [late, early].map(
      (origin) => `WHEN ${value} >= ${origin} THEN pg_catalog.date_bin(${stride}, ${value}, ${origin})`,
    )
    const upper = `CASE ${binned.join(' ')} ELSE ${value} END`
    const hash = own('timestamp_hash_extended')
    return hash(plain(value), hash(plain(upper), seed))
  }
}

/** By the names of `canonicalForms`. */
export const links: Record<string, Link> = {
  bool: {
    hash: (value, seed) => own('hashint4extended')(`${value}::pg_catalog.int4`, seed),
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
    hash: (value, seed) =>
      own('hashint4extended')(
        `CASE WHEN pg_catalog.isfinite(${value}) THEN ${value} - ${day} WHEN ${value} > ${day} THEN 2147483647 ELSE -2147483648 END`,
        seed,
      ),
    inPlaceOfNull: day,
  },
  timestamp: {
    hash: timestamp('timestamp', (value) => value),
    inPlaceOfNull: `'2000-01-01'::pg_catalog.timestamp`,
    since: 140000,
  },
  timestamptz: {
    hash: timestamp('timestamptz', (value) => `pg_catalog.timezone('0'::pg_catalog.interval, ${value})`),
    inPlaceOfNull: `'2000-01-01 00:00:00+00'::pg_catalog.timestamptz`,
    since: 140000,
  },
}

/** The hash of all these values, in their order. */
export function chain(values: readonly Value[], seed: Seed): Seed {
  let hash = seed
  for (const { sql, link, nullable } of values) {
    const { hash: next, inPlaceOfNull } = links[link!]!
    if (!nullable) hash = next(sql, hash)
    else {
      const flag = `CASE WHEN ${sql} IS NULL THEN '1'::pg_catalog.int8 ELSE '0'::pg_catalog.int8 END`
      hash = next(`COALESCE(${sql}, ${inPlaceOfNull})`, `${hash} # ${flag}`)
    }
  }
  return hash
}
