/** The route agent of a pooler task. One JSON line an event. */
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { routeTable } from '../../migration/gate/route-store.ts'
import { RouteAgent } from './agent.ts'
import { readEnvironment } from './environment.ts'
import { createAgentServer } from './http.ts'

const say = (event: string, detail: object = {}) =>
  process.stdout.write(
    `${JSON.stringify({ at: new Date().toISOString(), service: 'route-agent', event, ...detail })}\n`,
  )

/** Less than ECS waits between SIGTERM and SIGKILL. */
const stopWithinMs = 100_000

async function untilOpen(agent: RouteAgent): Promise<void> {
  const deadline = performance.now() + stopWithinMs
  const paused = async () => (await agent.status().catch(() => undefined))?.state === 'paused'
  while (performance.now() < deadline && (await paused())) await delay(200)
}

try {
  const environment = readEnvironment(process.env)
  const { ROUTE_TABLE, DATABASE, HOST, AGENT_PORT, AGENT_KEY, tls } = environment
  const agent = new RouteAgent(environment, routeTable(ROUTE_TABLE, DATABASE), say)
  const server = createAgentServer(agent, { cert: tls.certificate, key: tls.privateKey }, AGENT_KEY)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, async () => {
      stop.abort()
      // A paused PgBouncer keeps its clients waiting: whoever paused it must still reach us to open it.
      await untilOpen(agent)
      await server.close()
      await agent.close()
      process.exit(0)
    })
  }
  await server.listen({ host: HOST, port: AGENT_PORT })
  const { port } = server.server.address() as AddressInfo
  say('listening', { port })
  await agent.start(stop.signal)
} catch (error) {
  if ((error as Error).name !== 'AbortError') {
    console.error(`route-agent: ${(error as Error).message}`)
    process.exit(1)
  }
}
