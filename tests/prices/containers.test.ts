import test from 'ava'
import fc from 'fast-check'
import { fargateFleet, hostFleet } from '../../prices/containers.ts'
import { readPrices } from '../../prices/list.ts'

const prices = readPrices()

test('the smallest Fargate fleet is two of the smallest tasks that have the memory', (t) => {
  t.like(fargateFleet({ vcpu: 0, memoryMb: 100 }, prices, 'arm64'), { count: 2, size: '0.25 vCPU, 0.5 GB' })
  t.like(fargateFleet({ vcpu: 0, memoryMb: 513 }, prices, 'arm64'), { count: 2, size: '0.25 vCPU, 1 GB' })
  t.like(fargateFleet({ vcpu: 0, memoryMb: 120 * 1024 }, prices, 'arm64'), { size: '16 vCPU, 120 GB' })
  t.is(fargateFleet({ vcpu: 0, memoryMb: 120 * 1024 + 1 }, prices, 'arm64'), undefined)
})

test('a host keeps half a GB for itself', (t) => {
  t.like(hostFleet({ vcpu: 0, memoryMb: 7.5 * 1024 }, prices, 'arm64'), { count: 2, size: 'm7g.large' })
  t.like(hostFleet({ vcpu: 0, memoryMb: 7.5 * 1024 + 1 }, prices, 'x86_64'), { size: 'm7i.xlarge' })
})

test('property: no fleet is more than 60 % busy, none has more to spare than one of it, two at least', (t) => {
  const load = fc.record({
    vcpu: fc.double({ min: 0, max: 500, noNaN: true }),
    memoryMb: fc.integer({ min: 1, max: 60_000 }),
  })
  fc.assert(
    fc.property(load, fc.constantFrom(fargateFleet, hostFleet), (it, fleetFor) => {
      const { count, vcpu } = fleetFor(it, prices, 'arm64')!
      const carried = (of: number) => of * vcpu * 0.6 + 1e-6
      return it.vcpu <= carried(count) && count >= 2 && (count === 2 || it.vcpu > carried(count - 1) - 2e-6)
    }),
  )
  t.pass()
})
