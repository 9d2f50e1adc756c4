import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { adminHandler } from './admin.ts'
import { Metrics } from './metrics.ts'
import { createProxy } from './proxy.ts'
import { type FrontDoorSide, Splitter } from './splitter.ts'

/** How long a client has to learn from an answer that its connection will be closed. */
const lameDuckMs = 500
const shutdownMs = 20_000

export interface FrontDoorOptions {
  upstreams: Record<FrontDoorSide, URL>
  host: string
  /** 0: any free one. */
  port: number
  adminPort: number
}

export interface RunningFrontDoor {
  port: number
  adminPort: number
  /**
   * Answers what is there and what still comes in, asking each client to leave; then closes. False when some
   * requests had no answer after 20 s.
   */
  shutdown(): Promise<boolean>
}

/** @throws when a port cannot be had */
export async function startFrontDoor(options: FrontDoorOptions): Promise<RunningFrontDoor> {
  const splitter = new Splitter({ onPremises: 100, cloud: 0 })
  const metrics = new Metrics()
  let draining = false
  let inFlight = 0
  const proxy = createProxy({ upstreams: options.upstreams, splitter, metrics, draining: () => draining })
  const server = createServer((req, res) => {
    inFlight++
    res.on('close', () => inFlight--)
    proxy.handle(req, res)
  })
  // Longer than any client keeps an idle connection, so that a request never meets one being closed.
  server.keepAliveTimeout = 75_000
  const admin = createServer(adminHandler(splitter, metrics))
  const port = await listen(server, options.host, options.port)
  const adminPort = await listen(admin, options.host, options.adminPort)

  async function shutdown(): Promise<boolean> {
    draining = true
    const deadline = performance.now() + shutdownMs
    await delay(lameDuckMs)
    while (inFlight > 0 && performance.now() < deadline) await delay(10)
    const answered = inFlight === 0
    for (const each of [admin, server]) {
      each.close()
      each.closeAllConnections()
    }
    proxy.close()
    return answered
  }
  return { port, adminPort, shutdown }
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ message }) => reject(new Error(`cannot listen on ${host}:${port}: ${message}`)))
    server.listen(port, host, 2048, () => resolve((server.address() as AddressInfo).port))
  })
}
