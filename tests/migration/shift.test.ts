import test from 'ava'
import fc from 'fast-check'
import type { FrontDoor, SideMetrics, Weights } from '../../migration/front-door/front-door.ts'
import { overBound, shiftTo, watchWeight, weightLadder } from '../../migration/steps/shift.ts'
import type { StepContext } from '../../migration/steps/step.ts'

const quiet: SideMetrics = { requests: 0, errors: 0, p50Ms: 0, p99Ms: 0 }

function frontDoor(cloud: SideMetrics, start = 5): FrontDoor & { now: Weights } {
  const door = {
    kind: 'test',
    now: { onPremises: 100 - start, cloud: start },
    weights: async () => door.now,
    setWeights: async (weights: Weights) => {
      door.now = weights
    },
    fallBack: async () => {
      door.now = { onPremises: 100, cloud: 0 }
    },
    held: async () => undefined,
    release: async () => {},
    alarms: async () => [],
    metrics: async () => ({ onPremises: quiet, cloud }),
    close: async () => {},
  }
  return door
}

const context = (door: FrontDoor, soakMs = 0): StepContext =>
  ({
    lift: { frontDoor: door, site: { limits: { soakMs, errorPercent: 0.5, p99Ms: 500 } } },
    say: () => {},
  }) as unknown as StepContext

for (const [why, cloud, message] of [
  [
    'slow',
    { requests: 1000, errors: 0, p50Ms: 5, p99Ms: 501 },
    /p99 of the cloud side is 501 ms, over 500 ms: .* back at 0/,
  ],
  [
    'failing',
    { requests: 1000, errors: 6, p50Ms: 5, p99Ms: 9 },
    /0.60 % of 1000 requests failed on the cloud side/,
  ],
] as const) {
  test(`a cloud side that is ${why} takes the weight back to 0 at once`, async (t) => {
    const door = frontDoor(cloud)
    const began = performance.now()
    await t.throwsAsync(watchWeight.act?.(context(door, 60_000)) ?? Promise.resolve(), { message })
    t.true(performance.now() - began < 2000)
    t.deepEqual(door.now, { onPremises: 100, cloud: 0 })
  })
}

test('a healthy weight stays', async (t) => {
  const door = frontDoor({ requests: 1000, errors: 5, p50Ms: 5, p99Ms: 499 })
  await watchWeight.act?.(context(door))
  t.deepEqual(door.now, { onPremises: 95, cloud: 5 })
})

test('a weight that no request reached proves nothing', async (t) => {
  await t.throwsAsync(watchWeight.act?.(context(frontDoor(quiet))) ?? Promise.resolve(), {
    message: /no request reached the cloud side/,
  })
})

test('few requests say nothing, many over the bound say it', (t) => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(2000), (requests, errors, p99Ms) => {
      const reason = overBound({ requests, errors: Math.min(errors, requests), p50Ms: 0, p99Ms }, 0.5, 500)
      const bad = requests >= 20 && (Math.min(errors, requests) / requests > 0.005 || p99Ms > 500)
      t.is(reason !== undefined, bad)
    }),
  )
})

for (const [now, asked] of [
  [0, 5],
  [1, 100],
  [5, 50],
  [25, 30],
] as const) {
  test(`from weight ${now} nobody jumps to ${asked}`, async (t) => {
    await t.throwsAsync(shiftTo.check?.(context(frontDoor(quiet, now)), asked) ?? Promise.resolve(), {
      message: /weight/,
    })
  })
}

test('the ladder begins at nothing and ends at everything', (t) => {
  t.deepEqual([weightLadder[0], weightLadder.at(-1)], [0, 100])
})
