/** Two servers a test file, and a pair of databases of its own a test. */
import type { ExecutionContext } from 'ava'
import pg from 'pg'
import type { TableResult } from '../../../migration/digest/index.ts'
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

/** The databases end with the test. */
export async function databases(
  t: ExecutionContext,
  sql = '',
  options: { source?: string; target?: string } = {},
): Promise<Databases> {
  servers ??= Promise.all([testPostgres(t, 'source'), testPostgres(t, 'target')])
  const d = await openDatabases(await servers, `digest_${process.pid}_${++made}`, options)
  t.teardown(() => Promise.allSettled([d.clients.source.end(), d.clients.target.end()]).then(() => {}))
  if (sql) await d.both(sql)
  return d
}

export async function openDatabases(
  [sourceServer, targetServer]: [PostgresServer, PostgresServer],
  name: string,
  options: { source?: string; target?: string } = {},
): Promise<Databases> {
  const open = async (server: PostgresServer) => {
    const admin = new pg.Client(server.url('postgres'))
    await admin.connect()
    await admin.query(`CREATE DATABASE ${name} ${options[server.side] ?? ''}`)
    await admin.end()
    const client = new pg.Client({ connectionString: server.url(name), pipeline: true })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const clients = { source: await open(sourceServer), target: await open(targetServer) }
  return {
    name,
    source: sourceServer.url(name),
    target: targetServer.url(name),
    both: async (text) => {
      await Promise.all([clients.source.query(text), clients.target.query(text)])
    },
    onSource: (text) => clients.source.query(text),
    onTarget: (text) => clients.target.query(text),
    clients,
    servers: { source: sourceServer, target: targetServer },
  }
}

/** 20,000 payments, alike on both sides. */
export const payments = `
  CREATE TABLE payment (id bigint PRIMARY KEY, account int NOT NULL, amount numeric, note text, at timestamptz);
  INSERT INTO payment SELECT i, i % 7, i * 0.01, 'payment ' || i, timestamptz '2026-01-01' + i * interval '1 s'
  FROM generate_series(1, 20000) i;`

/** Keys and columns of the rows that differ. */
export const differing = (table: TableResult | undefined) =>
  table?.differing.map(({ key, columns }) => [key, columns])
