/**
 * The front door of the rehearsal, a process of its own. Environment: `ON_PREMISES` and `CLOUD` (base URLs),
 * `HOST`, `PORT` and `ADMIN_PORT` (0: any free one). Prints `{"event":"listening","port","adminPort"}`.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { adminHandler } from './admin.ts'
import { Metrics } from './metrics.ts'
import { createProxy } from './proxy.ts'
import { Splitter } from './splitter.ts'

/** How long a client has to learn from an answer that its connection will be closed. */
const lameDuckMs = 500
const shutdownMs = 20_000

const port = z.coerce.number().int().min(0).max(65_535).default(0)
const upstream = z.url({
  protocol: /^http$/,
  error: 'must be the base URL of a service, e.g. http://127.0.0.1:8080',
})
const environment = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port,
  ADMIN_PORT: port,
  ON_PREMISES: upstream,
  CLOUD: upstream,
})

const settings = environment.safeParse(process.env)
if (!settings.success) fail(z.prettifyError(settings.error))
const { HOST, PORT, ADMIN_PORT, ON_PREMISES, CLOUD } = settings.data

let draining = false
let inFlight = 0
const splitter = new Splitter({ onPremises: 100, cloud: 0 })
const metrics = new Metrics()
const proxy = createProxy({
  upstreams: { onPremises: new URL(ON_PREMISES), cloud: new URL(CLOUD) },
  splitter,
  metrics,
  draining: () => draining,
})
const server = createServer((req, res) => {
  inFlight++
  res.on('close', () => inFlight--)
  proxy.handle(req, res)
})
// Longer than any client keeps an idle connection, so that a request never meets one being closed.
server.keepAliveTimeout = 75_000
const admin = createServer(adminHandler(splitter, metrics))

process.on('SIGTERM', shutdown)
process.on('SIGINT', shutdown)

await listen(server, PORT)
await listen(admin, ADMIN_PORT)
console.log(
  JSON.stringify({
    event: 'listening',
    port: (server.address() as AddressInfo).port,
    adminPort: (admin.address() as AddressInfo).port,
  }),
)

/** Answers what is there and what still comes in, asking each client to leave; then closes. */
async function shutdown(): Promise<void> {
  if (draining) return
  draining = true
  const deadline = performance.now() + shutdownMs
  await delay(lameDuckMs)
  while (inFlight > 0 && performance.now() < deadline) await delay(10)
  admin.close()
  server.close()
  admin.closeAllConnections()
  server.closeAllConnections()
  proxy.close()
  process.exitCode = inFlight > 0 ? 1 : 0
}

async function listen(on: Server, at: number): Promise<void> {
  await new Promise<void>((resolve) => {
    on.once('error', (error) => fail(`cannot listen on ${HOST}:${at}: ${error.message}`))
    on.listen(at, HOST, 2048, resolve)
  })
}

function fail(message: string): never {
  console.error(`front door: ${message}`)
  process.exit(2)
}
