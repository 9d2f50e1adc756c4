import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { createApp } from './app.ts'
import { Gate } from './gate.ts'
import { createGateServer } from './gate-server.ts'
import { Payments } from './payments.ts'
import { database, environment, log, logSender } from './pool.ts'
import { RouteFileError, readRouteFile } from './route-file.ts'
import { drain } from './shutdown.ts'
import { TlsError, tlsOf } from './tls.ts'

/** Above the deadline of a request, so that even one that waits for the database is answered. */
const drainTimeoutMs = 15_000
/** To hand the last log lines over. */
const logTimeoutMs = 5000

const payments = new Payments(database, environment.CARD_TOKEN_KEY)
const app = createApp({ payments, database, side: environment.SIDE, log, tls: tlsOrExit() })
const gateServer = environment.GATE === 'agents' ? createGateServer(openGate()) : undefined

// The gate first: who can be sent requests can be paused.
const adminPort = gateServer
  ? await listen(gateServer, environment.ADMIN_HOST, environment.ADMIN_PORT, 'ADMIN_PORT')
  : null
const port = await listen(app, environment.HOST, environment.PORT, 'PORT')

let stopping = false
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
process.stdout.write(`${JSON.stringify({ event: 'listening', port, adminPort })}\n`)

async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  const drained = await drain(app, drainTimeoutMs)
  if (!drained) log.error(`some requests had no answer ${drainTimeoutMs} ms after the order to stop`)
  // The gate last: a paused one must be opened for the requests it holds.
  await gateServer?.close()
  await database.end()
  await logSender?.close(logTimeoutMs)
  process.exit(drained ? 0 : 1)
}

function openGate(): Gate {
  const file = environment.ROUTE_FILE
  try {
    const route = { side: environment.DATABASE_SIDE, ...database.address }
    return new Gate(database, (file && readRouteFile(file)) || { epoch: 0, state: 'open', route }, file)
  } catch (error) {
    if (error instanceof RouteFileError) exit(error.message)
    throw error
  }
}

function tlsOrExit() {
  try {
    return tlsOf(environment)
  } catch (error) {
    if (error instanceof TlsError) exit(`the payments service cannot start: ${error.message}`)
    throw error
  }
}

async function listen(server: FastifyInstance, host: string, wanted: number, name: string): Promise<number> {
  try {
    await server.listen({ host, port: wanted })
    return (server.server.address() as AddressInfo).port
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const reason = code === 'EADDRINUSE' ? 'it is in use; choose another, or 0 for any' : message
    return exit(`the payments service cannot listen on ${host}:${wanted} (${name}): ${reason}`)
  }
}

function exit(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}
