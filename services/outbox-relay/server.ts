/** The worker of the container hosts: publishes the outbox to SQS until it is told to stop. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SQSClient } from '@aws-sdk/client-sqs'
import pg from 'pg'
import { createLogger } from '../logging/lambda-log.ts'
import { EnvironmentError, readEnvironment } from '../shared/environment.ts'
import { relayEnvironment } from './environment.ts'
import { startRelay } from './relay.ts'

/** Silent for longer, it hangs, and ECS starts another one. */
const stuckMs = 60_000

function environmentOrExit() {
  try {
    return readEnvironment('outbox-relay', relayEnvironment)
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(2)
  }
}

const environment = environmentOrExit()
const logLevel = environment.LOG_LEVEL.toUpperCase() as 'INFO'
const logger = createLogger('outbox-relay', logLevel)
const pool = new pg.Pool({
  connectionString: environment.DATABASE_URL,
  max: 1,
  connectionTimeoutMillis: 2000,
  query_timeout: 10_000,
  keepAlive: true,
  application_name: 'outbox-relay',
})
pool.on('connect', (client) => client.on('error', () => {})) // the query under way rejects with it
pool.on('error', () => {}) // an idle connection broke; the pool has dropped it

const loop = startRelay({
  pool,
  logger,
  sqs: new SQSClient({}),
  queueUrl: environment.QUEUE_URL,
  deadLettersUrl: environment.DEAD_LETTERS_URL,
})

const server = createServer((request, response) => {
  const known = request.method === 'GET' && request.url === '/readyz'
  const stuck = performance.now() - loop.turnedAt() > stuckMs
  response.writeHead(known ? (stuck ? 503 : 200) : 404, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ status: known ? (stuck ? 'stuck' : 'ready') : 'not-found' }))
})
server.listen(environment.ADMIN_PORT, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${JSON.stringify({ event: 'listening', adminPort: port })}\n`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)

async function stop(): Promise<void> {
  await loop.stop()
  await pool.end()
  server.close()
  server.closeAllConnections()
}
