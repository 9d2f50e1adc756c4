import { chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Side } from '../../migration/gate/gate.ts'
import { quoted, withMark } from '../../migration/gate/pgbouncer-ini.ts'
import type { RouteRecord } from '../../migration/gate/route-store.ts'
import type { Environment } from './environment.ts'

/** User of the admin console; its password is made anew each time the task starts. */
export const adminUser = 'lift'

export const addressOn = (environment: Environment, side: Side) =>
  side === 'source'
    ? { side, host: environment.SOURCE_HOST, port: environment.SOURCE_PORT }
    : { side, host: environment.TARGET_HOST, port: environment.TARGET_PORT }

/**
 * Writes all that PgBouncer reads when it starts. A gate that must be paused starts towards an address where nobody
 * listens: until it has been told to pause, clients wait for a server as they would wait for the pause to end.
 */
export function writeConfig(environment: Environment, record: RouteRecord, adminPassword: string): void {
  const { PGBOUNCER_INI: ini, tls, logins } = environment
  const folder = dirname(ini)
  mkdirSync(folder, { recursive: true })
  const write = (path: string, text: string) => {
    writeFileSync(path, text, { mode: 0o600 })
    const { uid, gid } = statSync(folder)
    // PgBouncer does not run as root, and must be able to read what root wrote.
    if (process.getuid?.() === 0) chownSync(path, uid, gid)
  }
  const files = {
    users: join(folder, 'users.txt'),
    certificate: join(folder, 'server.crt'),
    privateKey: join(folder, 'server.key'),
  }
  write(files.certificate, tls.certificate)
  write(files.privateKey, tls.privateKey)
  // Of two logins with one name the target's holds: it is what the services will use for longer.
  const users = new Map([
    [logins.source.username, logins.source.password],
    [logins.target.username, logins.target.password],
    [adminUser, adminPassword],
  ])
  const entry = (text: string) => `"${text.replaceAll('"', '""')}"`
  write(files.users, [...users].map(([user, password]) => `${entry(user)} ${entry(password)}\n`).join(''))
  write(ini, withMark(iniText(environment, record, files), record.token, record.side))
}

const nowhere = { host: '127.0.0.1', port: 1 }

function iniText(
  environment: Environment,
  { state, side }: RouteRecord,
  files: { users: string; certificate: string; privateKey: string },
): string {
  const { DATABASE: database, logins } = environment
  const line = (
    name: string,
    login: Side,
    { host, port } = addressOn(environment, login) as { host: string; port: number },
  ) =>
    `${name} = host=${host} port=${port} user=${quoted(logins[login].username)} password=${quoted(logins[login].password)} dbname=${database}`
  return `[databases]
${line(database, side, state === 'paused' ? nowhere : undefined)}
${line(`${database}__source`, 'source')}
${line(`${database}__target`, 'target')}
[pgbouncer]
listen_addr = ${environment.HOST}
listen_port = ${environment.PGBOUNCER_PORT}
unix_socket_dir = ${environment.PGBOUNCER_SOCKET_FOLDER}
auth_type = scram-sha-256
auth_file = ${files.users}
admin_users = ${adminUser}
pool_mode = ${environment.POOL_MODE}
max_client_conn = ${environment.CLIENT_CONNECTIONS}
default_pool_size = ${environment.SERVER_CONNECTIONS}
; one refused login would otherwise freeze the pool for 15 s
server_login_retry = 0.1
query_wait_timeout = 30
client_tls_sslmode = require
client_tls_cert_file = ${files.certificate}
client_tls_key_file = ${files.privateKey}
server_tls_sslmode = ${environment.SERVER_TLS_MODE}
ignore_startup_parameters = extra_float_digits,options
log_connections = 0
log_disconnections = 0
`
}
