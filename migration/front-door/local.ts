import { z } from 'zod'
import type { FrontDoor, Weights } from './front-door.ts'
import { emergencyIn, fallBackUnder, type HoldStore } from './holds.ts'

const weightsSchema = z.object({ onPremises: z.number(), cloud: z.number() })
const sideSchema = z.object({
  requests: z.number(),
  errors: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
})
const metricsSchema = z.object({ onPremises: sideSchema, cloud: sideSchema })
const refusalSchema = z.object({ error: z.string() })

const answerWithinMs = 5000

const put = { method: 'PUT', headers: { 'content-type': 'application/json' } }

/** A front door that is asked over its admin HTTP, e.g. `http://127.0.0.1:9901`. */
export function localFrontDoor(adminUrl: string, holds: HoldStore): FrontDoor {
  async function ask<T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> {
    const what = `front door ${adminUrl}${path}`
    let response: Response
    try {
      response = await fetch(new URL(path, adminUrl), {
        ...init,
        signal: AbortSignal.timeout(answerWithinMs),
      })
    } catch (error) {
      const { cause, message } = error as Error
      throw new Error(`${what} cannot be reached: ${cause instanceof Error ? cause.message : message}`)
    }
    const body: unknown = await response.json()
    if (response.ok) return schema.parse(body)
    const refusal = refusalSchema.safeParse(body)
    throw new Error(
      `${what} answered ${response.status}: ${refusal.success ? refusal.data.error : 'no reason given'}`,
    )
  }

  async function setWeights(weights: Weights): Promise<void> {
    await ask(weightsSchema, '/weights', { ...put, body: JSON.stringify(weights) })
  }

  return {
    kind: 'local',
    weights: () => ask(weightsSchema, '/weights'),
    setWeights,
    fallBack: ({ by, reason }) =>
      fallBackUnder(
        holds,
        async () => ({ weight: 0, by, at: new Date().toISOString(), reason, emergency: true }),
        () => setWeights({ onPremises: 100, cloud: 0 }),
        reason,
      ),
    held: () => emergencyIn(holds),
    release: () => holds.remove(),
    alarms: async () => [],
    metrics: (since) => ask(metricsSchema, `/metrics?since=${since}`),
    async close() {},
  }
}
