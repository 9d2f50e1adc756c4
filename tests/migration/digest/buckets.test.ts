import test from 'ava'
import fc from 'fast-check'
import {
  add,
  type Bucketing,
  bucketingFor,
  coarsened,
  coarsest,
  type Digest,
  differingBuckets,
  finer,
  ranges,
} from '../../../migration/digest/scan/buckets.ts'

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const bucketOf = (k: bigint, { kind, bits }: Bucketing) =>
  kind === 'range' ? k >> BigInt(bits) : k & (2n ** BigInt(bits) - 1n)
const digestOf = (keys: bigint[], bucketing: Bucketing): Digest => {
  const digest: Digest = new Map()
  for (const k of keys) add(digest, bucketOf(k, bucketing), { rows: 1, first: k, second: k * 3n })
  return digest
}

test('integer keys fall into a bounded number of buckets, whatever their range', (t) => {
  fc.assert(
    fc.property(fc.array(int64, { minLength: 1 }), fc.integer({ min: 0, max: 1e9 }), (keys, rows) => {
      const [least, greatest] = [
        keys.reduce((a, b) => (a < b ? a : b)),
        keys.reduce((a, b) => (a > b ? a : b)),
      ]
      const bucketing = bucketingFor({ integerKey: true }, rows, [least, greatest])
      return bucketOf(greatest, bucketing) - bucketOf(least, bucketing) <= 4096n
    }),
  )
  t.pass()
})

test('a coarser bucketing of the sums is the sums of the coarser bucketing', (t) => {
  const kinds = fc.constantFrom('range' as const, 'hash' as const)
  const bits = fc.integer({ min: 0, max: 60 })
  fc.assert(
    fc.property(fc.array(int64), kinds, bits, bits, (keys, kind, a, b) => {
      const [one, other] = [
        { kind, bits: a },
        { kind, bits: b },
      ]
      const coarse = coarsest(one, other)
      const digest = coarsened(digestOf(keys, one), one, coarse)
      return differingBuckets(digest, digestOf(keys, coarse)).size === 0
    }),
  )
  t.pass()
})

test('ranges hold the keys of their buckets and no others', (t) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(int64, { maxLength: 20 }),
      fc.integer({ min: 0, max: 63 }),
      int64,
      (keys, bits, probe) => {
        const buckets = [...new Set(keys.map((k) => bucketOf(k, { kind: 'range', bits })))]
        const inside = ranges(buckets, bits).some(([from, to]) => from <= probe && probe <= to)
        return inside === buckets.includes(bucketOf(probe, { kind: 'range', bits }))
      },
    ),
  )
  t.pass()
})

test('splitting comes to an end', (t) => {
  for (const kind of ['range', 'hash'] as const) {
    let steps = 0
    for (
      let next: Bucketing | undefined = { kind, bits: kind === 'range' ? 63 : 0 };
      next;
      next = finer(next)
    )
      steps++
    t.true(steps < 12)
  }
})
