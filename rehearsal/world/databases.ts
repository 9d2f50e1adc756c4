import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { grantsSql, schemaSql } from '../../services/payments/schema.ts'
import type { Sandbox } from '../host/sandbox.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'

export const database = 'pay'

export interface Role {
  user: string
  password: string
}

export interface Databases {
  source: PostgresServer
  target: PostgresServer
  app: Role
  replication: Role
}

/** "On-premises" and "AWS": two servers of different versions with the same schema and roles, and no payment. */
export async function startDatabases(
  sandbox: Sandbox,
  settings: Record<string, string> = {},
): Promise<Databases> {
  const [source, target] = await Promise.all([
    startPostgres({ side: 'source', sandbox, settings }),
    startPostgres({ side: 'target', sandbox, settings }),
  ])
  const app = { user: 'pay_app', password: randomBytes(12).toString('hex') }
  const replication = { user: 'lift_replication', password: randomBytes(12).toString('hex') }
  await Promise.all([source, target].map((server) => furnish(server, app, replication)))
  return { source, target, app, replication }
}

async function furnish(server: PostgresServer, app: Role, replication: Role): Promise<void> {
  await query(server.url('postgres'), [
    `create role ${app.user} login password '${app.password}'`,
    `create role ${replication.user} login replication password '${replication.password}'`,
    `create database ${database}`,
  ])
  await query(server.url(database), [
    schemaSql,
    grantsSql(app.user),
    // The first copy reads the tables as this role.
    `grant usage on schema public to ${replication.user}`,
    `grant select on all tables in schema public to ${replication.user}`,
    `alter default privileges grant select on tables to ${replication.user}`,
    `alter default privileges grant usage on schemas to ${replication.user}`,
  ])
}

async function query(url: string, statements: string[]): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
