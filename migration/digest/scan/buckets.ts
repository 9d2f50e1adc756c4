/** Rows fall into buckets by their key, the same on both sides, so that a difference is found without a sort. */
import type { TablePlan } from '../plan/table-plan.ts'

/**
 * How a key's number `k` becomes a bucket: integer keys by `k >> bits` (ranges that an index can read),
 * others by the `bits` low bits of the key's hash.
 */
export interface Bucketing {
  kind: 'range' | 'hash'
  bits: number
}

/** Rows a bucket aims at: few enough to fetch in a moment, many enough that buckets cost nothing. */
const rowsPerBucket = 3000
/** The same for ranges of keys: more, so that few pieces of a table in the order of its key lie across two. */
const rowsPerRange = 24_000
const maxBuckets = 4096

/** @param range least and greatest key over both sides, for integer keys; undefined where there are no rows */
export function bucketingFor(
  table: Pick<TablePlan, 'integerKey'>,
  rows: number,
  range: readonly [bigint, bigint] | undefined,
): Bucketing {
  const perBucket = table.integerKey ? rowsPerRange : rowsPerBucket
  const buckets = Math.min(maxBuckets, Math.max(1, Math.ceil(rows / perBucket)))
  if (!table.integerKey) return { kind: 'hash', bits: Math.ceil(Math.log2(buckets)) }
  const [least, greatest] = range ?? [0n, 0n]
  let bits = 0
  while ((greatest >> BigInt(bits)) - (least >> BigInt(bits)) >= BigInt(buckets) && bits < 63) bits++
  return { kind: 'range', bits }
}

/** The SQL for the bucket of `k`. */
export function bucketOf(k: string, { kind, bits }: Bucketing): string {
  return kind === 'range' ? `${k} >> ${bits}` : `${k} & ${2n ** BigInt(bits) - 1n}`
}

/** A finer bucketing for buckets that hold too many rows; undefined when a bucket is already one key. */
export function finer({ kind, bits }: Bucketing): Bucketing | undefined {
  if (kind === 'range') return bits === 0 ? undefined : { kind, bits: Math.max(0, bits - 8) }
  return bits >= 60 ? undefined : { kind, bits: Math.min(60, bits + 8) }
}

/** SQL that holds for rows of the given buckets; ranges name the column itself, for the index. */
export function inBuckets(
  column: string,
  k: string,
  bucketing: Bucketing,
  buckets: readonly bigint[],
): string {
  if (bucketing.kind === 'hash')
    return `(${bucketOf(k, bucketing)}) = ANY ('{${buckets.join()}}'::pg_catalog.int8[])`
  return ranges(buckets, bucketing.bits)
    .map(([from, to]) => `${column} BETWEEN '${from}'::pg_catalog.int8 AND '${to}'::pg_catalog.int8`)
    .join(' OR ')
}

/** Neighbouring buckets joined to inclusive ranges of keys. */
export function ranges(buckets: readonly bigint[], bits: number): [bigint, bigint][] {
  const width = 1n << BigInt(bits)
  const joined: [bigint, bigint][] = []
  for (const bucket of [...buckets].sort((a, b) => (a < b ? -1 : 1))) {
    const [from, to] = [bucket * width, bucket * width + width - 1n]
    const last = joined.at(-1)
    if (last && last[1] + 1n === from) last[1] = to
    else joined.push([from, to])
  }
  return joined
}

/** What a side holds in one bucket; sums of the two halves of the rows' hashes. */
export interface Sums {
  rows: number
  first: bigint
  second: bigint
}

export type Digest = Map<bigint, Sums>

export function add(digest: Digest, bucket: bigint, { rows, first, second }: Sums): void {
  const sums = digest.get(bucket)
  if (!sums) digest.set(bucket, { rows, first, second })
  else {
    sums.rows += rows
    sums.first += first
    sums.second += second
  }
}

/** @param read bucket, rows, and the two sums, as a server wrote them */
export function digestOf(read: (string | null)[][]): Digest {
  const digest: Digest = new Map()
  for (const [bucket, count, first, second] of read)
    add(digest, BigInt(bucket!), { rows: Number(count), first: BigInt(first!), second: BigInt(second!) })
  return digest
}

/** Buckets whose rows are not the same, with the rows of the larger side. */
export function differingBuckets(source: Digest, target: Digest): Map<bigint, number> {
  const differing = new Map<bigint, number>()
  for (const [bucket, ours] of source) {
    const theirs = target.get(bucket)
    if (!theirs || ours.rows !== theirs.rows || ours.first !== theirs.first || ours.second !== theirs.second)
      differing.set(bucket, Math.max(ours.rows, theirs?.rows ?? 0))
  }
  for (const [bucket, theirs] of target) if (!source.has(bucket)) differing.set(bucket, theirs.rows)
  return differing
}

/** The coarser of two bucketings of a table. */
export function coarsest(a: Bucketing, b: Bucketing): Bucketing {
  return a.kind === 'range' ? (a.bits > b.bits ? a : b) : a.bits < b.bits ? a : b
}

/** The same sums in a coarser bucketing. */
export function coarsened(digest: Digest, from: Bucketing, to: Bucketing): Digest {
  if (from.bits === to.bits) return digest
  const coarse: Digest = new Map()
  for (const [bucket, sums] of digest) {
    const into =
      to.kind === 'range' ? bucket >> BigInt(to.bits - from.bits) : bucket & (2n ** BigInt(to.bits) - 1n)
    add(coarse, into, sums)
  }
  return coarse
}
