import { mkdtempSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../host/free-port.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { startServer } from '../host/server-process.ts'
import { handOver } from '../host/unprivileged.ts'
import { spawnPgbouncer } from '../pgbouncer/server.ts'
import { type Databases, database } from '../world/databases.ts'
import type { Cloud } from './cloud.ts'

/** A task of the poolers' service: the route agent, and the PgBouncer that it commands. */
export interface PoolerTask {
  agentUrl: string
  appUrl: string
}

export async function startPoolerTask(
  sandbox: Sandbox,
  name: string,
  { source, target, app }: Databases,
  cloud: Cloud,
): Promise<PoolerTask> {
  const folder = mkdtempSync(join(sandbox.dir, `${name}-`))
  handOver(folder)
  const port = await freePort()
  const login = JSON.stringify({ username: app.user, password: app.password })
  const ini = join(folder, 'pgbouncer.ini')
  const agent = await startServer(sandbox, `agent-${name}`, 'services/route-agent/server.ts', {
    AGENT_PORT: '0',
    ROUTE_TABLE: cloud.routeTable,
    PGBOUNCER_INI: ini,
    PGBOUNCER_SOCKET_FOLDER: folder,
    PGBOUNCER_PORT: String(port),
    DATABASE: database,
    POOL_MODE: 'transaction',
    SERVER_CONNECTIONS: '20',
    CLIENT_CONNECTIONS: '1000',
    SOURCE_HOST: '127.0.0.1',
    SOURCE_PORT: String(source.port),
    TARGET_HOST: '127.0.0.1',
    TARGET_PORT: String(target.port),
    // The servers of the rehearsal speak no TLS.
    SERVER_TLS_MODE: 'disable',
    SOURCE_LOGIN: login,
    TARGET_LOGIN: login,
    CERTIFICATE: JSON.stringify(cloud.certificate),
    AGENT_KEY: cloud.agentKey,
  })
  const agentUrl = `https://127.0.0.1:${agent.port}`
  // As in a task: PgBouncer starts once the agent has written its ini, clients come once both are ready.
  await agentAnswers(agentUrl, '/configured')
  const pooler = spawnPgbouncer(sandbox, ini)
  await Promise.race([
    agentAnswers(agentUrl, '/healthy'),
    new Promise((_, reject) =>
      pooler.once('exit', () =>
        reject(new Error(`PgBouncer ended while starting: see ${join(folder, 'pgbouncer.log')}`)),
      ),
    ),
  ])
  return {
    agentUrl,
    appUrl: `postgres://${app.user}:${app.password}@127.0.0.1:${port}/${database}?sslmode=no-verify`,
  }
}

const loose = new Agent({ rejectUnauthorized: false })

/** Waits until an agent says 200, as its container's and its balancer's health checks do. */
export async function agentAnswers(url: string, path: '/configured' | '/healthy'): Promise<void> {
  while ((await agentHealth(url, path)) !== 200) await delay(50)
}

export const agentHealth = (url: string, path: '/configured' | '/healthy'): Promise<number> =>
  new Promise((resolve, reject) => {
    request(new URL(path, url), { agent: loose }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .on('error', reject)
      .end()
  })
