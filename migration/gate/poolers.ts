import { agentsGate } from './agents.ts'
import type { Route, Side, WriteGate } from './gate.ts'
import type { RouteStore } from './route-store.ts'

export interface PoolersGateOptions {
  /** Addresses of the agents now: `https://10.0.1.7:8432`. */
  find: () => Promise<string[]>
  key: () => Promise<string>
  routes: RouteStore
  addressOf: (side: Side) => Route
}

/**
 * The poolers of a stack: an agent beside each PgBouncer, found through ECS, and a store from which one that starts
 * learns its route. The store is written first, so that a pooler that starts in between comes up as the others will be.
 */
export function poolersGate({ find, key, routes, addressOf }: PoolersGateOptions): WriteGate {
  let known: { urls: string[]; gate: WriteGate } | undefined

  async function agents(): Promise<WriteGate> {
    const urls = await find()
    if (known?.urls.join() === urls.join()) return known.gate
    await known?.gate.close()
    known = { urls, gate: agentsGate(urls, addressOf, await key()) }
    return known.gate
  }

  async function someAgents(): Promise<WriteGate> {
    const gate = await agents()
    if (known?.urls.length === 0)
      throw new Error('no pooler task runs: look at the service in ECS (runbook: pooler-restart)')
    return gate
  }

  /**
   * Those that are known are told at once: payments wait. A task may have been replaced since it was found: then those
   * that stand now are told.
   */
  async function withThose(act: (gate: WriteGate) => Promise<void>): Promise<void> {
    const before = known
    try {
      await act(before?.gate ?? (await agents()))
    } catch (error) {
      const gate = await agents()
      if (known === before) throw error
      return act(gate)
    }
    if (before) await withAdded(before.urls, act)
  }

  /** A task may also have been added, and have come up as the store was before: paused, and nobody would open it. */
  async function withAdded(told: string[], act: (gate: WriteGate) => Promise<void>): Promise<void> {
    const urls = await find().catch(({ message }: Error) => {
      throw new Error(
        `the poolers that were known are told; whether one was added since could not be asked: ${message}`,
      )
    })
    const added = urls.filter((url) => !told.includes(url))
    if (added.length === 0) return
    const gate = agentsGate(added, addressOf, await key())
    try {
      await act(gate)
    } finally {
      await gate.close()
    }
  }

  /** The poolers are opened also when the store is away: payments wait. Whoever settles hears of it and tries again. */
  async function both(written: Promise<void>, act: () => Promise<void>): Promise<void> {
    const trouble = await written.then(
      () => undefined,
      (error: Error) => error,
    )
    if (trouble?.name === 'StaleTokenError') throw trouble
    await act()
    if (trouble) throw trouble
  }

  return {
    kind: 'poolers',
    async pause(token, timeoutMs) {
      const gate = await someAgents()
      await routes.write(token, { state: 'paused' })
      try {
        await gate.pause(token, timeoutMs)
      } catch (error) {
        await routes.write(token, { state: 'open' })
        throw error
      }
    },
    route: (token, route) =>
      both(routes.write(token, { side: route.side }), () => withThose((gate) => gate.route(token, route))),
    resume: (token) =>
      both(routes.write(token, { state: 'open' }), () => withThose((gate) => gate.resume(token))),
    send: (token, route) =>
      both(routes.write(token, { side: route.side, state: 'open' }), () =>
        withThose((gate) => gate.send(token, route)),
      ),
    async state() {
      return (await someAgents()).state()
    },
    async probe(side, identity) {
      await (await someAgents()).probe(side, identity)
    },
    async close() {
      await known?.gate.close()
    },
  }
}
