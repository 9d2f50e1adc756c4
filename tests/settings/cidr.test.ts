import test from 'ava'
import fc from 'fast-check'
import { addressOf, cidrOf, contains, isPrivateAddress, overlap, sizeOf } from '../../settings/cidr.ts'

const text = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')
const block = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 32 }))
  .map(([address, prefix]) => ({ first: address - (address % sizeOf({ prefix })), prefix }))

test('a block survives being written and read', (t) => {
  fc.assert(
    fc.property(block, (one) => {
      t.deepEqual(cidrOf(`${text(one.first)}/${one.prefix}`), one)
    }),
  )
})

test('two blocks overlap exactly when one contains the other', (t) => {
  fc.assert(
    fc.property(block, block, (a, b) => {
      const shared = a.first < b.first + sizeOf(b) && b.first < a.first + sizeOf(a)
      return overlap(a, b) === shared && (!contains(a, b) || overlap(b, a))
    }),
  )
  t.pass()
})

test('what is no block is none', (t) => {
  for (const bad of ['10.0.0.1/16', '10.0.0.0/33', '10.0.0.0', '10.0.0/8', 'a/8', '10.0.0.0/8/8']) {
    t.is(cidrOf(bad), undefined, bad)
  }
  t.is(addressOf('256.0.0.1'), undefined)
})

test('private addresses are those of RFC 1918 and RFC 6598', (t) => {
  for (const yes of ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '100.127.255.255']) {
    t.true(isPrivateAddress(yes), yes)
  }
  for (const no of [
    '9.255.255.255',
    '172.15.0.1',
    '172.32.0.0',
    '192.0.2.1',
    '198.51.100.1',
    '100.63.255.255',
  ]) {
    t.false(isPrivateAddress(no), no)
  }
})
