/** The SQL that turns a row into 128 bits inside the server. */

/**
 * `record` hashes column by column and needs both servers ≥ 14; `bytes` hashes the row's binary form and works
 * from 13 on; `sha256` serves where two servers' hash functions do not agree.
 */
export type Recipe = 'record' | 'bytes' | 'sha256'

/** Seeds of one run as SQL literals: of the key, and of the row's two 64-bit halves. */
export interface Seeds {
  key: string
  row: readonly [string, string]
}

/** splitmix64: one number gives independent seeds. */
export function seedsFrom(seed: number): Seeds {
  let state = BigInt(seed)
  const next = () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n)
    let z = state
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return `'${BigInt.asIntN(64, z ^ (z >> 31n))}'::pg_catalog.int8`
  }
  return { key: next(), row: [next(), next()] }
}

/** What the two hashes of a row are made of; computed once a row. */
export function rowValue(recipe: Recipe, expressions: readonly string[]): string {
  const record = `ROW(${expressions.join(', ') || '0'})`
  if (recipe === 'record') return record
  const bytes = `pg_catalog.record_send(${record})`
  return recipe === 'bytes' ? `ARRAY[${bytes}]` : `pg_catalog.sha256(${bytes})`
}

/**
 * The two halves of a row's hash. A record's hash is Σ 31ⁿ·h(column), so a plain sum over rows would not see a
 * value exchanged between two rows: each row has seeds of its own, made with its key `k`.
 */
export function rowHashes(recipe: Recipe, r: string, k: string, seeds: Seeds): [string, string] {
  if (recipe === 'record') return pair((i) => `pg_catalog.hash_record_extended(${r}, ${k} # ${seeds.row[i]})`)
  if (recipe === 'bytes') return pair((i) => `pg_catalog.hash_array_extended(${r}, ${seeds.row[i]})`)
  return pair((i) => firstBytes(r, 1 + 8 * i))
}

/** A 64-bit number from a key (or a whole row where there is none): bucket, and seed of the row's hash. */
export function keyHash(recipe: Recipe, expressions: readonly string[], seeds: Seeds): string {
  const value = rowValue(recipe, expressions)
  if (recipe === 'record') return `pg_catalog.hash_record_extended(${value}, ${seeds.key})`
  if (recipe === 'bytes') return `pg_catalog.hash_array_extended(${value}, ${seeds.key})`
  return firstBytes(value, 17)
}

function pair(make: (i: 0 | 1) => string): [string, string] {
  return [make(0), make(1)]
}

function firstBytes(sha: string, from: number): string {
  return `('x' || pg_catalog.encode(pg_catalog.substr(${sha}, ${from}, 8), 'hex'))::bit(64)::pg_catalog.int8`
}
