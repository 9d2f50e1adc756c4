import type { Store } from '../store/store.ts'
import type { Decision, DecisionStore } from './decision.ts'

/** Decision records as create-only keys of a store. */
export function decisionRecords(store: Store): DecisionStore {
  const keyOf = (epoch: number) => `decisions/epoch-${epoch}.json`

  async function read(epoch: number): Promise<Decision | undefined> {
    const text = await store.read(keyOf(epoch))
    return text === undefined ? undefined : (JSON.parse(text) as Decision)
  }

  return {
    read,
    /** Proves that the store takes what a decision would be written as, before anyone depends on it. */
    async prepare(epoch, by) {
      await store.put(`decisions/epoch-${epoch}.prepared`, `${JSON.stringify({ epoch, by })}\n`)
    },
    async decide(epoch, verdict, by) {
      const decision: Decision = { epoch, verdict, by, at: new Date().toISOString() }
      // Refused or not, what stands there is what holds.
      await store.create(keyOf(epoch), `${JSON.stringify(decision)}\n`)
      const standing = await read(epoch)
      if (!standing)
        throw new Error(`the decision record ${store.place}/${keyOf(epoch)} vanished: nobody may remove it`)
      return standing
    },
    async latestEpoch() {
      const keys = await store.list('decisions/epoch-')
      return Math.max(0, ...keys.map((key) => Number(/epoch-(\d+)\.json$/.exec(key)?.[1] ?? 0)))
    },
  }
}
