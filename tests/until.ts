import { setTimeout as delay } from 'node:timers/promises'

const lookEveryMs = 5

/** Looks again until something is there, and gives it: a condition of the world, not a time. The test's time-out ends it. */
export async function until<Found>(
  look: () => Found | undefined | false | Promise<Found | undefined | false>,
): Promise<Found> {
  for (;;) {
    const found = await look()
    if (found) return found
    await delay(lookEveryMs)
  }
}
