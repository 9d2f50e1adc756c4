import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import type { Side } from '../../migration/gate/gate.ts'
import type { selfSigned } from '../../rehearsal/aws/certificate.ts'
import { agentHealth } from '../../rehearsal/aws/poolers.ts'
import { freePort } from '../../rehearsal/host/free-port.ts'
import { handOver } from '../../rehearsal/host/unprivileged.ts'
import { spawnPgbouncer } from '../../rehearsal/pgbouncer/server.ts'
import type { PostgresServer } from '../../rehearsal/postgres/server.ts'
import { testSandbox } from '../postgres.ts'

export const table = 'routes'
export const agentKey = randomBytes(24).toString('hex')
/** Anything may be in a password. */
export const passwords = { source: `it's "quoted" \\ #1`, target: 'another = one' }

export interface PoolerWorld {
  servers: Record<Side, PostgresServer>
  tls: ReturnType<typeof selfSigned>
}

export interface PoolerTask {
  url: string
  agent: ChildProcess
  pooler: ChildProcess | undefined
  config: string
  startPooler(): void
  health(path: '/configured' | '/healthy'): Promise<number>
  until(path: '/configured' | '/healthy', status: number): Promise<void>
  /** Which side answers an application that asks the pooler. */
  ask(): Promise<Side>
  stop(): void
}

/** Agent and PgBouncer as one task has them. */
export async function startPoolerTask(
  t: ExecutionContext,
  { servers, tls }: PoolerWorld,
  database: string,
  more: Record<string, string> = {},
): Promise<PoolerTask> {
  const folder = mkdtempSync(join(testSandbox().dir, 'task-'))
  handOver(folder)
  const port = await freePort()
  const login = (side: Side) => JSON.stringify({ username: `pay_app_${side}`, password: passwords[side] })
  const agent = spawn(process.execPath, ['start/start.mjs', 'services/route-agent/server.ts'], {
    env: {
      ...process.env,
      HOST: '127.0.0.1',
      AGENT_PORT: '0',
      ROUTE_TABLE: table,
      PGBOUNCER_INI: join(folder, 'pgbouncer.ini'),
      PGBOUNCER_SOCKET_FOLDER: folder,
      PGBOUNCER_PORT: String(port),
      DATABASE: database,
      POOL_MODE: 'transaction',
      SERVER_CONNECTIONS: '5',
      CLIENT_CONNECTIONS: '50',
      SOURCE_HOST: '127.0.0.1',
      SOURCE_PORT: String(servers.source.port),
      TARGET_HOST: '127.0.0.1',
      TARGET_PORT: String(servers.target.port),
      SERVER_TLS_MODE: 'disable',
      SOURCE_LOGIN: login('source'),
      TARGET_LOGIN: login('target'),
      CERTIFICATE: JSON.stringify(tls),
      AGENT_KEY: agentKey,
      ...more,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  testSandbox().adopt(agent)
  const agentPort = await new Promise<number>((resolve) => {
    createInterface({ input: agent.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const said = JSON.parse(line)
      if (said.event === 'listening') resolve(said.port)
      else t.log(line)
    })
  })
  const url = `https://127.0.0.1:${agentPort}`
  const task: PoolerTask = {
    url,
    agent,
    pooler: undefined,
    config: folder,
    startPooler() {
      task.pooler = spawnPgbouncer(testSandbox(), join(folder, 'pgbouncer.ini'))
    },
    health: (path) => agentHealth(url, path),
    async until(path, status) {
      while ((await task.health(path)) !== status) await delay(20)
    },
    async ask() {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        database,
        user: 'pay_app_target',
        password: passwords.target,
        ssl: { ca: tls.certificate, servername: 'localhost' },
      })
      await client.connect()
      try {
        const { rows } = await client.query(
          "select current_setting('server_version_num')::int / 10000 as major",
        )
        return rows[0].major === Number.parseInt(servers.source.version, 10) ? 'source' : 'target'
      } finally {
        await client.end().catch(() => {})
      }
    },
    stop() {
      task.pooler?.kill('SIGQUIT')
      agent.kill('SIGKILL')
    },
  }
  t.teardown(() => task.stop())
  return task
}
