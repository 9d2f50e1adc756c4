import test from 'ava'
import fc from 'fast-check'
import { Splitter } from '../../../rehearsal/front-door/splitter.ts'

const weight = fc.integer({ min: 0, max: 100 })
const weights = (cloud: number) => ({ onPremises: 100 - cloud, cloud })

function take(splitter: Splitter, requests: number): number {
  let cloud = 0
  for (let i = 0; i < requests; i++) if (splitter.next() === 'cloud') cloud++
  return cloud
}

test('any 100 requests in a row are split exactly by weight', (t) => {
  fc.assert(
    fc.property(weight, fc.nat(400), (cloud, before) => {
      const splitter = new Splitter(weights(cloud))
      take(splitter, before)
      return take(splitter, 100) === cloud
    }),
  )
  t.pass()
})

test('also the first 100 after the weights changed', (t) => {
  fc.assert(
    fc.property(weight, fc.nat(400), weight, (before, requests, now) => {
      const splitter = new Splitter(weights(before))
      take(splitter, requests)
      splitter.weights = weights(now)
      return take(splitter, 100) === now
    }),
  )
  t.pass()
})

test('a side of weight 0 gets no request, whatever the weights were before', (t) => {
  fc.assert(
    fc.property(weight, fc.nat(400), fc.constantFrom(0, 100), (before, requests, now) => {
      const splitter = new Splitter(weights(before))
      take(splitter, requests)
      splitter.weights = weights(now)
      return take(splitter, 250) === (now === 0 ? 0 : 250)
    }),
  )
  t.pass()
})

test('requests to the lighter side are spread: at weight 25 every fourth', (t) => {
  const splitter = new Splitter(weights(25))
  const sides = Array.from({ length: 100 }, () => splitter.next())
  const positions = sides.flatMap((side, i) => (side === 'cloud' ? [i] : []))
  t.deepEqual(
    positions.slice(1).map((at, i) => at - (positions[i] ?? 0)),
    Array(24).fill(4),
  )
})
