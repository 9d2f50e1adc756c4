import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { decide, fargateMustSave } from '../../placement/decide.ts'
import { placementsOf } from '../../placement/main.ts'
import type { Workload } from '../../placement/workload.ts'
import { readPrices } from '../../prices/list.ts'

const prices = readPrices()
const workload = (it: Partial<Workload> = {}): Workload => ({
  requestsPerSecond: 2,
  durationMs: 100,
  memoryMb: 512,
  longConnections: false,
  imageMb: 50,
  hostAccess: false,
  architecture: 'arm64',
  ...it,
})
const placeOf = (it: Partial<Workload>) => decide(workload(it), prices).place

test('a few short requests: a function, at the price AWS asks', (t) => {
  const { place, options } = decide(workload(), prices)
  t.is(place, 'function')
  // 2 a second are 5,256,000 a month of 730 hours; each 0.1 s of 0.5 GB.
  const byHand = 5.256 * 0.2 + 5_256_000 * 0.05 * 0.0000133334
  t.true(Math.abs(options.function.usdPerMonth! - byHand) < 1e-6)
  const twoTasks = 2 * 730 * (0.25 * 0.03238 + 0.5 * 0.00356)
  t.true(Math.abs(options.fargate.usdPerMonth! - twoTasks) < 1e-6)
  t.true(Math.abs(options.host.usdPerMonth! - 2 * (730 * 0.0816 + 2.4)) < 1e-6)
})

test('what a function cannot do goes to Fargate, what Fargate cannot to a host', (t) => {
  t.is(placeOf({ longConnections: true }), 'fargate')
  t.is(placeOf({ durationMs: 900_001, requestsPerSecond: 0.001 }), 'fargate')
  t.is(placeOf({ durationMs: 900_000, requestsPerSecond: 0.001 }), 'function')
  t.is(placeOf({ memoryMb: 10_241, requestsPerSecond: 0.001 }), 'fargate')
  t.is(placeOf({ imageMb: 10_241 }), 'fargate')
  t.is(placeOf({ hostAccess: true }), 'host')
  t.is(placeOf({ memoryMb: 130_000, requestsPerSecond: 0.001 }), 'host')
  t.throws(() => decide(workload({ memoryMb: 1e6 }), prices), {
    instanceOf: RangeError,
    message: /larger type/,
  })
})

test('steady work that mostly waits is cheaper in containers', (t) => {
  const steady = workload({ requestsPerSecond: 400, durationMs: 60, cpuMs: 5 })
  const { place, options, rule } = decide(steady, prices)
  t.is(place, 'fargate')
  t.true(options.function.usdPerMonth! - options.fargate.usdPerMonth! > fargateMustSave.usdPerMonth)
  t.regex(rule, /saves \$\d+ a month .* against function/)
})

test('a burst makes containers dearer, not functions', (t) => {
  const costs = (it: Workload) => decide(it, prices).options
  const even = costs(workload({ requestsPerSecond: 100 }))
  const burst = costs(workload({ requestsPerSecond: 100, peakRequestsPerSecond: 2000 }))
  t.is(burst.function.usdPerMonth, even.function.usdPerMonth)
  t.true(burst.fargate.usdPerMonth! > even.fargate.usdPerMonth!)
  t.true(burst.host.usdPerMonth! > even.host.usdPerMonth!)
  const late = decide(workload({ requestsPerSecond: 3, peakRequestsPerSecond: 20_000 }), prices)
  t.regex(late.cautions.join(), /2000 at once: ask AWS/)
})

test('a small saving is not worth the work', (t) => {
  // Here Fargate is cheaper, but by less than the rule asks.
  const { place, options, rule } = decide(workload({ requestsPerSecond: 9, cpuMs: 5 }), prices)
  const saved = options.function.usdPerMonth! - options.fargate.usdPerMonth!
  t.true(saved > 0 && saved < fargateMustSave.usdPerMonth, `${saved}`)
  t.is(place, 'function')
  t.regex(rule, /too little/)
})

test('property: the answer can run, and nothing with less work is worth taking instead', (t) => {
  const arbitrary = fc.record({
    requestsPerSecond: fc.double({ min: 1e-4, max: 5000, noNaN: true }),
    durationMs: fc.double({ min: 1, max: 2e6, noNaN: true }),
    memoryMb: fc.integer({ min: 1, max: 200_000 }),
    longConnections: fc.boolean(),
    hostAccess: fc.boolean(),
  })
  fc.assert(
    fc.property(arbitrary, (it) => {
      const { place, options, rule } = decide(workload(it), prices)
      const chosen = options[place].usdPerMonth
      if (chosen === undefined || rule === '') return false
      const dearest = Object.values(options).filter(({ usdPerMonth = 0 }) => usdPerMonth > 0)
      const cheapest = Math.min(...dearest.map(({ usdPerMonth }) => usdPerMonth!))
      // Two steps of 10 %, or of $10 and $100, may be left on the table, no more.
      return chosen <= Math.max(cheapest / 0.81, cheapest + 110, (cheapest + 100) / 0.9)
    }),
    { numRuns: 300 },
  )
  t.pass()
})

test('what would change the answer does', (t) => {
  const steady = workload({ requestsPerSecond: 400, durationMs: 60, cpuMs: 5 })
  const [placed] = placementsOf(`workloads: { a: ${JSON.stringify(steady)} }`, 'a.yaml')
  const change = placed!.changes.find(({ when }) => /^below .* requests a second$/.test(when))!
  const rate = Number(/[\d.]+/.exec(change.when)![0])
  t.is(change.place, 'function')
  t.is(placeOf({ ...steady, requestsPerSecond: rate * 0.999 }), 'function')
  t.is(placeOf({ ...steady, requestsPerSecond: rate * 1.02 }), 'fargate')
  t.true(
    placed!.changes.some(({ when, place }) => when === 'if it needs the machine itself' && place === 'host'),
  )
})

test('so does what lies above', (t) => {
  const rare = workload({ requestsPerSecond: 5, cpuMs: 5 })
  const [placed] = placementsOf(`workloads: { a: ${JSON.stringify(rare)} }`, 'a.yaml')
  const change = placed!.changes.find(({ when }) => /^from .* requests a second$/.test(when))!
  const rate = Number(/[\d.]+/.exec(change.when)![0])
  t.is(change.place, 'fargate')
  t.is(placeOf({ ...rare, requestsPerSecond: rate }), 'fargate')
  t.is(placeOf({ ...rare, requestsPerSecond: rate * 0.98 }), 'function')
})

test('the example names all three places', (t) => {
  const text = readFileSync('placement/example.yaml', 'utf8')
  const found = new Map(placementsOf(text, 'example.yaml').map(({ name, place }) => [name, place]))
  t.deepEqual(Object.fromEntries(found), {
    'payments-api': 'fargate',
    'merchant-events': 'fargate',
    webhooks: 'function',
    settlement: 'function',
    filebeat: 'host',
  })
})
