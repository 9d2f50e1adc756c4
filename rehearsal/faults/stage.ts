import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createFrontDoor } from '../../migration/front-door/create.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { resume } from '../../migration/resume.ts'
import { readSite } from '../../migration/site.ts'
import { createSandbox, type Sandbox } from '../host/sandbox.ts'
import { judge } from '../judge/judge.ts'
import { type Load, startLoad } from '../load/client.ts'
import { runRunbook } from '../run/run-runbook.ts'
import { database } from '../world/databases.ts'
import { createWorld, type World, type WorldOptions } from '../world/world.ts'
import { condition } from './condition.ts'

/** A world that is replicated and under load, where one fault after the other is tried. */
export interface Stage {
  readonly world: World
  readonly load: Load
  /** From the arming of the watchdog to its decision, milliseconds. */
  readonly deadlineMs: number
  /** One statement on a side, as a superuser who passes no gate. */
  sql(side: Side, text: string): Promise<pg.QueryResult>
  /** The side that accepts writes. @throws when something is not as it must be, with everything that is not */
  sound(): Promise<Side>
  /** After a trial that failed: waits until everything is as it must be, at most 30 s, and resumes meanwhile. */
  mend(): Promise<void>
  /** Returns when a payment to the on-premises service is acknowledged. @throws after 15 s, with `what` */
  flowing(what: string): Promise<void>
  /** Ends the load and lets the judge compare what was acknowledged with what is there. Returns what is wrong. */
  verdict(): Promise<{ problems: string[]; acknowledged: number; worstMs: number }>
  close(): Promise<void>
}

export interface StageOptions {
  seed: number
  /** Authorisations a second. */
  rate?: number
  deadlineMs?: number
  sandbox?: Sandbox
  gate?: WorldOptions['gate']
  /** Journal, decisions, route and hold in an emulator of AWS. */
  aws?: WorldOptions['aws']
}

export async function createStage({
  seed,
  rate = 20,
  deadlineMs = 2000,
  sandbox = createSandbox('payments-lift-faults-'),
  gate = 'pgbouncer',
  aws,
}: StageOptions): Promise<Stage> {
  const startedAtMs = Date.now()
  const world = await createWorld({
    gate,
    sandbox,
    aws,
    soakMs: 0,
    limits: { deadlineMs },
    watchdog: {
      before: fileURLToPath(new URL('preload.ts', import.meta.url)),
      env: { LIFT_FAULT_CLOCK: '3600000' },
    },
  })
  try {
    for (const side of ['source', 'target'] as const)
      await once(world.databases[side].url(database), 'create sequence never_called')
    const replicated = await runRunbook(world, 'replicate')
    if (!replicated.ok) throw new Error(`replicate failed:\n${replicated.output}`)
    await splitTraffic(world)
    const ackFile = join(sandbox.dir, 'acknowledgements.jsonl')
    const load = await startLoad({
      baseUrl: `http://127.0.0.1:${world.frontDoor.port}`,
      rate,
      seed,
      ackFile,
    })
    const sound = async () => {
      const { record, problems } = await condition(world.siteFile)
      if (record && problems.length === 0) return record
      throw new Error(problems.join('; '))
    }
    return {
      world,
      load,
      deadlineMs,
      sql: (side, text) => once(world.databases[side].url(database), text),
      sound,
      async mend() {
        for (const until = performance.now() + 30_000; ; await delay(1000)) {
          try {
            await resume(readSite(world.siteFile), 'after a failed trial').catch(() => {})
            return void (await sound())
          } catch (error) {
            if (performance.now() > until) throw error
          }
        }
      },
      flowing: (what) => pay(`http://127.0.0.1:${world.services.onPremises.port}`, what),
      async verdict() {
        const stats = await load.stop()
        const url = world.databases[await sound()].url(database)
        const { reasons, acknowledgements } = await judge({ ackFile, url, load: stats, startedAtMs })
        return { problems: reasons, acknowledged: acknowledgements, worstMs: stats.latencyMs.max }
      },
      async close() {
        await load.close().catch(() => {})
        await world.close()
      },
    }
  } catch (error) {
    await world.close()
    throw error
  }
}

/** Both services are used, and so both gates; in AWS only one, as whoever cuts over there must have moved every request. */
async function splitTraffic({ siteFile, cloud }: World): Promise<void> {
  const frontDoor = createFrontDoor(readSite(siteFile))
  try {
    await frontDoor.setWeights(cloud ? { onPremises: 0, cloud: 100 } : { onPremises: 50, cloud: 50 }, {
      by: 'the fault trials',
      reason: 'both sides are to be used',
    })
  } finally {
    await frontDoor.close()
  }
}

async function pay(service: string, what: string): Promise<void> {
  const key = `flowing-${Date.now()}-${Math.random()}`
  const until = performance.now() + 15_000
  for (;;) {
    const answer = await fetch(`${service}/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({
        amountMinor: 1250,
        currency: 'EUR',
        card: '4242424242424242',
        merchant: 'shop-1',
      }),
    }).catch((error: Error) => ({ ok: false, status: error.message }))
    if (answer.ok) return
    if (performance.now() > until) throw new Error(`${what}: ${answer.status}`)
    await delay(50)
  }
}

async function once(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, application_name: 'stray' })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end().catch(() => {})
  }
}
