/** The SQL that turns a row into 128 bits inside the server. */
import { chain, costly, linksAtMost, type Prepared, prepare, type Value } from './links.ts'

/**
 * How values without a link are hashed: `record` hashes column by column and needs both servers ≥ 14; `bytes` hashes
 * their binary form and works from 13 on; `sha256`, of the whole row, serves where two servers' hash functions do
 * not agree.
 */
export type Recipe = 'record' | 'bytes' | 'sha256'

/** SQL of a 64-bit number that a hash begins with. */
export type Seed = string

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

/** A row's values by how they are hashed. */
export interface Parts {
  /** One after the other, each by its link. */
  chained: Prepared[]
  /** SQL of one value that all others are in. */
  rest: string | undefined
  /** There is something to be worked out once a row rather than for each half of its hash. */
  shared: boolean
}

export function partsOf(recipe: Recipe, values: readonly Value[]): Parts {
  const chained = recipe === 'sha256' ? [] : values.filter(({ link }) => link).slice(0, linksAtMost)
  const others = values.filter((value) => !chained.includes(value))
  const rest = others.length > 0 || chained.length === 0 ? recordOf(recipe, others) : undefined
  return { chained: chained.map(prepare), rest, shared: rest !== undefined || chained.some(costly) }
}

/** The same values by names, and what SQL each name stands for. */
export function named({ chained, rest, shared }: Parts): {
  parts: Parts
  list: [name: string, sql: string][]
} {
  const list: [string, string][] = []
  const name = (sql: string) => `v${list.push([`v${list.length}`, sql]) - 1}`
  const parts = {
    chained: chained.map(({ link, inputs, flag }) => ({
      link,
      inputs: inputs.map(name),
      ...(flag !== undefined && { flag: name(flag) }),
    })),
    rest: rest === undefined ? undefined : name(rest),
    shared,
  }
  return { parts, list }
}

function recordOf(recipe: Recipe, values: readonly Value[]): string {
  // A record of nothing but NULLs hashes to 0 whatever its seed: the 0 in front keeps the seed in.
  const witness = values.every(({ nullable }) => nullable) ? ['0'] : []
  const record = `ROW(${[...witness, ...values.map(({ sql, unchained = sql }) => unchained)].join(', ')})`
  if (recipe === 'record') return record
  const bytes = `pg_catalog.record_send(${record})`
  return recipe === 'bytes' ? `ARRAY[${bytes}]` : `pg_catalog.sha256(${bytes})`
}

/**
 * The two halves of a row's hash. A record's hash is Σ 31ⁿ·h(column), so a plain sum over rows would not see a
 * value exchanged between two rows: each row has seeds of its own, made with its key `k`.
 */
export function rowHashes(recipe: Recipe, parts: Parts, k: string, seeds: Seeds): [string, string] {
  if (recipe === 'sha256') return pair((i) => firstBytes(parts.rest!, 1 + 8 * i))
  return pair((i) => hashOf(recipe, parts, `(${k} # ${seeds.row[i]})`))
}

/** A 64-bit number from a key (or a whole row where there is none): bucket, and seed of the row's hash. */
export function keyHash(recipe: Recipe, values: readonly Value[], seeds: Seeds): string {
  const parts = partsOf(recipe, values)
  return recipe === 'sha256' ? firstBytes(parts.rest!, 17) : hashOf(recipe, parts, seeds.key)
}

function hashOf(recipe: Recipe, { chained, rest }: Parts, seed: Seed): string {
  const hash = chain(chained, seed)
  if (rest === undefined) return hash
  const name = recipe === 'record' ? 'hash_record_extended' : 'hash_array_extended'
  return `pg_catalog.${name}(${rest}, ${hash})`
}

function pair(make: (i: 0 | 1) => string): [string, string] {
  return [make(0), make(1)]
}

function firstBytes(sha: string, from: number): string {
  return `('x' || pg_catalog.encode(pg_catalog.substr(${sha}, ${from}, 8), 'hex'))::bit(64)::pg_catalog.int8`
}
