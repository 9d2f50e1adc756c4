/** Two servers a test file, and a pair of databases of its own a test. */
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import type { PostgresServer } from '../../../rehearsal/postgres/server.ts'
import { testPostgres } from '../../postgres.ts'

let servers: Promise<[PostgresServer, PostgresServer]> | undefined
let made = 0

export interface Databases {
  name: string
  source: string
  target: string
  /** Runs SQL on both sides, or on one. */
  both(sql: string): Promise<void>
  onSource(sql: string): Promise<pg.QueryResult>
  onTarget(sql: string): Promise<pg.QueryResult>
  clients: { source: pg.Client; target: pg.Client }
  servers: { source: PostgresServer; target: PostgresServer }
}

export async function databases(t: ExecutionContext, sql = '', options = ''): Promise<Databases> {
  servers ??= Promise.all([testPostgres(t, 'source'), testPostgres(t, 'target')])
  const [sourceServer, targetServer] = await servers
  const name = `digest_${process.pid}_${++made}`
  const open = async (server: PostgresServer) => {
    const admin = new pg.Client(server.url('postgres'))
    await admin.connect()
    await admin.query(`CREATE DATABASE ${name} ${options}`)
    await admin.end()
    const client = new pg.Client(server.url(name))
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const clients = { source: await open(sourceServer), target: await open(targetServer) }
  t.teardown(() => Promise.allSettled([clients.source.end(), clients.target.end()]).then(() => {}))
  const both = async (text: string) => {
    await Promise.all([clients.source.query(text), clients.target.query(text)])
  }
  if (sql) await both(sql)
  return {
    name,
    source: sourceServer.url(name),
    target: targetServer.url(name),
    both,
    onSource: (text) => clients.source.query(text),
    onTarget: (text) => clients.target.query(text),
    clients,
    servers: { source: sourceServer, target: targetServer },
  }
}
