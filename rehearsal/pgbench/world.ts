import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { stringify } from 'yaml'
import { createSandbox, type Sandbox } from '../host/sandbox.ts'
import { type PgBouncerServer, startPgbouncer } from '../pgbouncer/server.ts'
import { type PostgresServer, startPostgres } from '../postgres/server.ts'
import { superviseWatchdog } from '../world/watchdog.ts'

export const database = 'bench'

/** A transaction of pgbench holds one for seven round trips: 500 a second need four to five at once. */
const sessions = 10

/** Accounts to a branch, as pgbench has them. */
const accountsOfABranch = 100_000

/**
 * pgbench's own tables. Its history has no key, so that replication could not carry UPDATE and DELETE; it is given
 * one. Rows are as short as they may be: it is their number that counts here.
 */
const schema = `
  create table pgbench_branches (bid int primary key, bbalance int, filler text);
  create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler text);
  create table pgbench_accounts (aid int primary key, bid int, abalance int, filler text);
  create table pgbench_history (id bigint generated always as identity primary key,
    tid int, bid int, aid int, delta int, mtime timestamp, filler text);`

const rows = (accounts: number): string => {
  const branches = Math.max(1, Math.round(accounts / accountsOfABranch))
  return `
    insert into pgbench_branches select n, 0 from generate_series(1, ${branches}) n;
    insert into pgbench_tellers select n, 1 + (n - 1) / 10, 0 from generate_series(1, ${10 * branches}) n;
    insert into pgbench_accounts select n, 1 + (n - 1) / ${accountsOfABranch}, 0 from generate_series(1, ${branches * accountsOfABranch}) n;
    analyze`
}

/** Two servers with pgbench's tables, on the source with rows, one PgBouncer, a watchdog and a site file. */
export interface PgbenchWorld {
  sandbox: Sandbox
  source: PostgresServer
  target: PostgresServer
  pooler: PgBouncerServer
  siteFile: string
  journal: string
  close(): Promise<void>
}

export interface PgbenchOptions {
  /** Rows of pgbench_accounts, in whole branches of 100,000. */
  accounts: number
  limits?: Record<string, number>
  settings?: Record<string, string>
}

export async function createPgbenchWorld({
  accounts,
  limits,
  settings,
}: PgbenchOptions): Promise<PgbenchWorld> {
  const sandbox = createSandbox('payments-lift-pgbench-')
  try {
    const [source, target] = await Promise.all([
      startPostgres({ side: 'source', sandbox, ...(settings && { settings }) }),
      startPostgres({ side: 'target', sandbox, ...(settings && { settings }) }),
    ])
    const app = { user: 'bench', password: randomBytes(12).toString('hex') }
    const replication = randomBytes(12).toString('hex')
    await Promise.all(
      [source, target].map(async (server) => {
        await run(server.url('postgres'), `create role ${app.user} login password '${app.password}'`)
        await run(
          server.url('postgres'),
          `create role lift_replication login replication password '${replication}'`,
        )
        await run(server.url('postgres'), `create database ${database}`)
        await run(
          server.url(database),
          `${schema};
           grant select, insert, update, delete on all tables in schema public to ${app.user};
           grant select on all tables in schema public to lift_replication;
           alter default privileges grant select on tables to lift_replication;
           alter default privileges grant usage on schemas to lift_replication`,
        )
      }),
    )
    await run(source.url(database), rows(accounts))
    const pooler = await startPgbouncer({
      name: 'pgbouncer',
      sandbox,
      database,
      app,
      source,
      target,
      poolSize: sessions,
    })
    const journal = join(sandbox.dir, 'journal')
    mkdirSync(journal)
    const siteFile = join(sandbox.dir, 'site.yaml')
    const side = (server: PostgresServer) => ({
      url: server.url(database),
      replicationUrl: server.url(database, 'lift_replication', replication),
    })
    const site = {
      source: side(source),
      target: side(target),
      gate: {
        kind: 'pgbouncer',
        database,
        poolers: [{ admin: pooler.admin, ini: pooler.ini }],
        appUrl: pooler.appUrl,
      },
      journal,
      limits,
    }
    writeFileSync(siteFile, stringify(site), { mode: 0o600 })
    const watchdog = await superviseWatchdog(sandbox, siteFile)
    return {
      ...{ sandbox, source, target, pooler, siteFile, journal },
      async close() {
        watchdog.stop()
        await sandbox.close()
      },
    }
  } catch (error) {
    await sandbox.close()
    throw error
  }
}

async function run(url: string, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

/** The four sums of a side, which are equal as long as no transaction was lost, doubled or halved. */
export async function sums(server: PostgresServer): Promise<number[]> {
  const { rows } = await run(
    server.url(database),
    `select (select sum(abalance) from pgbench_accounts)::float8 a, (select sum(tbalance) from pgbench_tellers)::float8 t,
            (select sum(bbalance) from pgbench_branches)::float8 b, (select coalesce(sum(delta), 0) from pgbench_history)::float8 h,
            (select count(*) from pgbench_history)::int n`,
  )
  const { a, t, b, h, n } = rows[0]
  return [a, t, b, h, n]
}
