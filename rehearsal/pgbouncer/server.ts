import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../host/free-port.ts'
import { poolSize as usualPoolSize } from '../host/pool-size.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { handOver, unprivilegedUser } from '../host/unprivileged.ts'
import type { PostgresServer } from '../postgres/server.ts'

const run = promisify(execFile)

/** Debian installs it where only root's PATH looks. `LIFT_PROGRAMS` replaces the places, for tests. */
const path = process.env.LIFT_PROGRAMS ?? `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin`

/** `1.18.0`, or undefined where PgBouncer is not installed. */
export async function pgbouncerVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await run('pgbouncer', ['--version'], { env: { ...process.env, PATH: path } })
    return /PgBouncer (\S+)/.exec(stdout)?.[1]
  } catch {
    return undefined
  }
}

export interface PgBouncerServer {
  readonly port: number
  readonly ini: string
  /** Connection string of the admin console. */
  readonly admin: string
  /** Connection string of the application through this pooler. */
  readonly appUrl: string
  readonly child: ChildProcess
  /** Kills it and starts it again on the same port and ini; it forgets that it was paused. */
  restart(): Promise<void>
}

export interface PgBouncerOptions {
  name: string
  sandbox: Sandbox
  database: string
  app: { user: string; password: string }
  source: PostgresServer
  target: PostgresServer
  /** Sessions on the server; a transaction of many round trips holds one for as long as its client takes. */
  poolSize?: number
}

export async function startPgbouncer(options: PgBouncerOptions): Promise<PgBouncerServer> {
  const { sandbox, name, database, app, source, target, poolSize = usualPoolSize } = options
  const dir = mkdtempSync(join(sandbox.dir, `${name}-`))
  handOver(dir)
  const secret = randomBytes(12).toString('hex')
  const users = join(dir, 'users.txt')
  write(users, `"${app.user}" "${app.password}"\n"lift" "${secret}"\n`)
  const ini = join(dir, 'pgbouncer.ini')
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    write(ini, configuration(database, source, target, port, users, poolSize))
    let child = spawnPgbouncer(sandbox, ini)
    const admin = `postgres://lift:${secret}@127.0.0.1:${port}/pgbouncer`
    if (await answers(child, admin)) {
      return {
        port,
        ini,
        admin,
        appUrl: `postgres://${app.user}:${app.password}@127.0.0.1:${port}/${database}`,
        get child() {
          return child
        },
        async restart() {
          const gone = new Promise((resolve) => child.once('exit', resolve))
          child.kill('SIGKILL')
          await gone
          child = spawnPgbouncer(sandbox, ini)
          await answers(child, admin)
        },
      }
    }
    if (attempt === 5)
      throw new Error(`PgBouncer did not start:\n${readFileSync(join(dir, 'pgbouncer.log'), 'utf8')}`)
  }
}

/** A PgBouncer process that reads this ini; it logs beside it. */
export function spawnPgbouncer(sandbox: Sandbox, ini: string): ChildProcess {
  const log = openSync(join(dirname(ini), 'pgbouncer.log'), 'a')
  const child = spawn('pgbouncer', [ini], {
    ...unprivilegedUser(),
    env: { ...process.env, PATH: path },
    stdio: ['ignore', log, log],
    detached: true,
  })
  sandbox.adopt(child, 'SIGQUIT')
  closeSync(log)
  return child
}

function configuration(
  database: string,
  source: PostgresServer,
  target: PostgresServer,
  port: number,
  users: string,
  poolSize: number,
): string {
  const entry = (name: string, server: PostgresServer) =>
    `${name} = host=127.0.0.1 port=${server.port} dbname=${database}`
  return `[databases]
${entry(database, source)}
${entry(`${database}__source`, source)}
${entry(`${database}__target`, target)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
admin_users = lift
pool_mode = transaction
max_client_conn = 1000
default_pool_size = ${poolSize}
; one refused login would otherwise freeze the pool for 15 s
server_login_retry = 0.1
query_wait_timeout = 30
ignore_startup_parameters = extra_float_digits,options
log_connections = 0
log_disconnections = 0
`
}

async function answers(child: ChildProcess, admin: string): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const client = new pg.Client(admin)
    try {
      await client.connect()
      return true
    } catch {
      await delay(20)
    } finally {
      await client.end().catch(() => {})
    }
  }
  return false
}

function write(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600 })
  handOver(file)
}
