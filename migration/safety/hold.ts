import { z } from 'zod'
import type { Store } from '../store/store.ts'

/** The emergency stop of a weight: durable, and older than any run that might move the weight again. */
export const holdSchema = z.object({
  /** The weight that it keeps, percent to the cloud. */
  weight: z.int().min(0).max(100),
  by: z.string(),
  at: z.string(),
  reason: z.string(),
})

export type Hold = z.output<typeof holdSchema>

const key = 'hold.json'

export const writeHold = (store: Store, hold: Hold): Promise<void> => store.put(key, JSON.stringify(hold))

export async function readHold(store: Store): Promise<Hold | undefined> {
  const text = await store.read(key)
  return text === undefined ? undefined : holdSchema.parse(JSON.parse(text))
}

export const releaseHold = (store: Store): Promise<void> => store.remove(key)

export const holdText = ({ weight, by, at, reason }: Hold): string =>
  `a hold keeps the weight at ${weight}: set by ${by} at ${at}, because «${reason}»; when the reason is gone, «release-hold» of the runbook traffic-back ends it`
