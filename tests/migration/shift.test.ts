import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import type { FrontDoor, SideMetrics, Weights } from '../../migration/front-door/front-door.ts'
import { storedHolds } from '../../migration/front-door/holds.ts'
import { localFrontDoor } from '../../migration/front-door/local.ts'
import { overBound, shiftTo, watchWeight, weightLadder } from '../../migration/steps/shift.ts'
import type { StepContext } from '../../migration/steps/step.ts'
import { fileStore } from '../../migration/store/files.ts'
import { startFrontDoor } from '../../rehearsal/front-door/front-door.ts'
import { testSandbox } from '../postgres.ts'

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

test('behind a real front door: a slow cloud side at weight 5 loses its traffic at once, and the journal says why', async (t) => {
  const upstream = async (delayMs: number) => {
    const server = createServer((_request, response) => setTimeout(() => response.end('ok'), delayMs))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return { server, url: new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`) }
  }
  const [onPremises, cloud] = await Promise.all([upstream(0), upstream(150)])
  const running = await startFrontDoor({
    upstreams: { onPremises: onPremises.url, cloud: cloud.url },
    host: '127.0.0.1',
    port: 0,
    adminPort: 0,
  })
  const holds = storedHolds(fileStore(mkdtempSync(join(testSandbox().dir, 'holds-'))))
  const door = localFrontDoor(`http://127.0.0.1:${running.adminPort}`, holds)
  await door.setWeights({ onPremises: 95, cloud: 5 }, { by: 'a test', reason: 'a test' })
  let stop = false
  const client = async () => {
    while (!stop) await (await fetch(`http://127.0.0.1:${running.port}/`)).text()
  }
  const load = Array.from({ length: 8 }, client)
  const written: Record<string, unknown>[] = []
  const watching = {
    ...context(door),
    by: 'a test',
    lift: { frontDoor: door, site: { limits: { soakMs: 60_000, errorPercent: 0.5, p99Ms: 100 } } },
    journal: { write: (event: string, detail: object) => written.push({ event, ...detail }) },
  } as unknown as StepContext
  await t.throwsAsync(watchWeight.act?.(watching, 5) ?? Promise.resolve(), {
    message:
      /p99 of the cloud side is \d+ ms, over 100 ms: .* back at 0 and held there, \d+ ms after the measurement/,
  })
  t.deepEqual(await door.weights(), { onPremises: 100, cloud: 0 })
  t.like(await door.held(), { weight: 0, emergency: true })
  t.like(written[0], { event: 'abort-criterion' })
  t.regex(String(written[0]?.['reason']), /p99 of the cloud side/)
  t.true(Number(written[0]?.['ms']) <= 2000)
  t.log(`${written[0]?.['ms']} ms from the measurement to weight 0`)
  stop = true
  await Promise.all(load)
  await running.shutdown()
  for (const { server } of [onPremises, cloud]) server.close()
})
