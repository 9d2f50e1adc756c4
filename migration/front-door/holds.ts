import { type Hold, holdSchema } from '../../hold.ts'
import type { Store } from '../store/store.ts'

/** Where the hold of a site's weight stands: SSM for a stack, the site's own store otherwise. */
export interface HoldStore {
  /** @throws Error when what stands there cannot be read: then nobody may move a weight */
  read(): Promise<Hold | undefined>
  write(hold: Hold): Promise<void>
  remove(): Promise<void>
}

const key = 'hold.json'

export const storedHolds = (store: Store): HoldStore => ({
  async read() {
    const text = await store.read(key)
    return text === undefined ? undefined : holdSchema.parse(JSON.parse(text))
  },
  write: (hold) => store.put(key, JSON.stringify(hold)),
  remove: () => store.remove(key),
})

/** The hold of an emergency; one that only tells of a weight moved ahead of the settings stops nobody. */
export async function emergencyIn(holds: HoldStore): Promise<Hold | undefined> {
  const hold = await holds.read()
  return hold?.emergency ? hold : undefined
}

/**
 * The emergency way back: first the durable word that keeps everybody from moving the weight again, then the weight.
 * Payments fail meanwhile: without a hold the weight is moved all the same, and the next one who looks is told.
 */
export async function fallBackUnder(
  holds: HoldStore,
  hold: () => Promise<Hold>,
  move: () => Promise<void>,
  reason: string,
): Promise<void> {
  const trouble = await hold()
    .then((written) => holds.write(written))
    .then(
      () => undefined,
      (error: Error) => error,
    )
  await move()
  if (trouble)
    throw new Error(
      `${reason}: the weight of the cloud side is back at 0, but no hold could be written: ${trouble.message}\nSet payments-lift:weight to 0 before anyone runs up: it would move the weight again`,
    )
}

export const holdText = ({ weight, by, at, reason }: Hold): string =>
  `a hold keeps the weight at ${weight}: set by ${by} at ${at}, because «${reason}»; when the reason is gone, the runbook release-hold ends it`
