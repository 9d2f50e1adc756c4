import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from '../host/free-port.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { handOver, unprivilegedUser } from '../host/unprivileged.ts'
import { layOutBinaries, majors } from './binaries.ts'

const run = promisify(execFile)

/** A PostgreSQL server on loopback that belongs to one sandbox. */
export interface PostgresServer {
  readonly side: 'source' | 'target'
  readonly version: string
  readonly host: '127.0.0.1'
  readonly port: number
  /** The superuser's password, made by chance. */
  readonly password: string
  /** A connection string; the superuser `postgres` unless another user and password are given. */
  url(database: string, user?: string, password?: string): string
  /** `fast` ends sessions and writes a checkpoint, `immediate` is a crash. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>
  /** Starts it again on the same port and data. */
  start(): Promise<void>
  /** The server's process, to be stopped and woken by fault tests. */
  pid(): number
}

export interface PostgresOptions {
  side: 'source' | 'target'
  sandbox: Sandbox
  /** The major version; the side's own when left out. */
  major?: number
  /** Server settings beyond the defaults below. */
  settings?: Record<string, string>
  /** A data folder to begin with a copy of, instead of a new one; nothing must run on it. */
  like?: DataFolder
}

/** As `initdb` leaves it. */
export interface DataFolder {
  path: string
  /** The superuser's. */
  password: string
}

const defaults = {
  wal_level: 'logical',
  max_wal_senders: '20',
  max_replication_slots: '20',
  max_worker_processes: '20',
  max_logical_replication_workers: '10',
  max_connections: '200',
  shared_buffers: '128MB',
  max_wal_size: '1GB',
  // The apply worker of a lost connection must notice and come back within the pause's deadline.
  wal_retrieve_retry_interval: '200ms',
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
  log_line_prefix: '%m [%p] %q%u@%d ',
}

export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const { side, sandbox, major } = options
  const home = layOutBinaries(major ? [major] : majors[side], sandbox.dir)
  const folder = mkdtempSync(join(sandbox.dir, `${side}-`))
  handOver(folder)
  const { path: data, password } = options.like
    ? await copyOf(options.like, folder)
    : await initialise(home, folder)
  writeFileSync(join(data, 'pg_hba.conf'), 'host all,replication all 127.0.0.1/32 scram-sha-256\n')

  const settings = { ...defaults, ...options.settings }
  let child: ChildProcess | undefined
  let port = await freePort()

  async function start(): Promise<void> {
    const log = openSync(join(folder, 'server.log'), 'a')
    const flags = Object.entries({ ...settings, port: String(port) }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ])
    child = spawn(join(home, 'bin/postgres'), ['-D', data, ...flags], {
      ...unprivilegedUser(),
      stdio: ['ignore', log, log],
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
      cwd: folder,
      detached: true,
    })
    closeSync(log)
    child.unref()
    sandbox.adopt(child, 'SIGQUIT')
    await answering(child)
  }

  async function answering(started: ChildProcess): Promise<void> {
    for (;;) {
      if (started.exitCode !== null || started.signalCode !== null) {
        throw new Error(`PostgreSQL (${side}) did not start:\n${tail(join(folder, 'server.log'))}`)
      }
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: 'postgres',
        password,
        database: 'postgres',
      })
      try {
        await client.connect()
        return
      } catch {
        await delay(25)
      } finally {
        await client.end().catch(() => {})
      }
    }
  }

  async function startOnAFreePort(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await start()
      } catch (error) {
        if (attempt === 5 || !tail(join(folder, 'server.log')).includes('could not bind')) throw error
        port = await freePort()
      }
    }
  }

  await startOnAFreePort()
  const url = (database: string, user = 'postgres', secret = password) =>
    `postgres://${user}:${secret}@127.0.0.1:${port}/${database}`

  return {
    side,
    version: await versionOf(url('postgres')),
    host: '127.0.0.1',
    get port() {
      return port
    },
    password,
    url,
    start,
    pid: () => child?.pid ?? 0,
    async stop(mode = 'fast') {
      const stopping = child
      if (!stopping || stopping.exitCode !== null || stopping.signalCode !== null) return
      const exited = new Promise((resolve) => stopping.once('exit', resolve))
      stopping.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await exited
    },
  }
}

/** A data folder of a side's version, to be copied. */
export async function dataFolder(side: 'source' | 'target', sandbox: Sandbox): Promise<DataFolder> {
  const folder = mkdtempSync(join(sandbox.dir, `${side}-`))
  handOver(folder)
  return initialise(layOutBinaries(majors[side], sandbox.dir), folder)
}

async function copyOf({ path, password }: DataFolder, folder: string): Promise<DataFolder> {
  const data = join(folder, 'pgdata')
  await run('cp', ['-R', path, data], { ...unprivilegedUser(), cwd: folder })
  return { path: data, password }
}

async function initialise(home: string, folder: string): Promise<DataFolder> {
  const data = join(folder, 'pgdata')
  const password = randomBytes(12).toString('hex')
  const secret = join(folder, 'password')
  writeFileSync(secret, password, { mode: 0o600 })
  handOver(secret)
  const flags = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    `--pwfile=${secret}`,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ]
  try {
    await run(join(home, 'bin/initdb'), flags, {
      ...unprivilegedUser(),
      cwd: folder,
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    })
  } catch (error) {
    const { stderr } = error as { stderr?: string }
    throw new Error(`initdb failed in ${folder}: ${stderr?.trim() || (error as Error).message}`)
  }
  return { path: data, password }
}

async function versionOf(url: string): Promise<string> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query('show server_version')).rows[0].server_version
  } finally {
    await client.end()
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
}
