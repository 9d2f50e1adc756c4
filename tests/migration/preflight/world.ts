/** One pair of linked databases, and what can be wrong with a site, for the tests of preflight. */
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Side } from '../../../migration/gate/gate.ts'
import { openLift } from '../../../migration/lift.ts'
import { isLinked, type Outcome, type Report, runChecks } from '../../../migration/preflight/run.ts'
import type { Site } from '../../../migration/site.ts'
import { fileStore } from '../../../migration/store/files.ts'
import { mailbox } from '../../../migration/watchdog/mailbox.ts'
import { hasPostgres } from '../../../rehearsal/postgres/binaries.ts'
import type { PostgresServer } from '../../../rehearsal/postgres/server.ts'
import { testPostgres, testSandbox } from '../../postgres.ts'
import { createTestbed, execute, type Testbed, testServers } from '../testbed.ts'

export interface World {
  bed: Testbed
  servers: { source: PostgresServer; target: PostgresServer }
  /** A server that nobody should move to. */
  unfit: PostgresServer
  database: string
  app: string
  on(side: Side, sql: string): Promise<unknown>
  /** Changes a server's setting and returns once new sessions have it. */
  setting(side: Side, name: string, value: string | undefined): Promise<void>
  /** Runs checks on the linked pair, or on a site that differs from it. */
  check(options?: CheckOptions): Promise<Report>
}

export interface CheckOptions {
  /** All when left out. */
  name?: string
  from?: Side
  site?: Partial<Site>
  longTransactionMs?: number
  /** The gate that the site names, instead of the test's own. */
  ownGate?: boolean
}

export async function createWorld(): Promise<World> {
  const [servers, unfit] = await Promise.all([
    testServers({}, { max_prepared_transactions: '5' }),
    testPostgres(
      undefined,
      'target',
      {
        wal_level: 'replica',
        max_replication_slots: '0',
        max_wal_senders: '0',
        max_logical_replication_workers: '0',
        max_worker_processes: '2',
      },
      hasPostgres(13) ? 13 : undefined,
    ),
  ])
  const bed = await createTestbed(servers)
  bed.startWatchdog()
  const run = await bed.run('source')
  await run.all(['check-databases', 'carry-schema', 'install-fence', 'subscribe-target', 'await-caught-up'])
  await run.close()
  const database = new URL(bed.site.source.url).pathname.slice(1)
  for (const server of Object.values(servers)) {
    await execute(
      server.url('postgres'),
      `create role weak login password 'of-a-test'; grant connect on database ${database} to weak`,
    )
  }
  return {
    bed,
    servers,
    unfit,
    database,
    app: database.replace('pay_', 'app_'),
    on: (side, sql) => execute(servers[side].url(database), sql),
    async setting(side, name, value) {
      const url = servers[side].url('postgres')
      await execute(url, `alter system ${value === undefined ? `reset ${name}` : `set ${name} = '${value}'`}`)
      const before = (await execute(url, `show ${name}`)).rows[0][name]
      await execute(url, 'select pg_reload_conf()')
      while ((await execute(url, `show ${name}`)).rows[0][name] === before);
    },
    async check({ name, from = 'source', site, longTransactionMs, ownGate } = {}) {
      const used: Site = { ...bed.site, ...site }
      const lift = await openLift(used, 'preflight')
      const context = {
        lift: ownGate ? lift : { ...lift, gate: bed.gate },
        watchdog: mailbox(fileStore(used.journal)),
      }
      try {
        return await runChecks(context, from, await isLinked(context), {
          ...(name && { only: (check) => check.name === name }),
          patienceMs: 200,
          ...(longTransactionMs !== undefined && { longTransactionMs }),
        })
      } finally {
        await lift.close()
      }
    },
  }
}

/** Another pair of databases on the same servers, with nothing of the lift. */
export async function unlinked(world: World, sql: Record<Side, string>): Promise<Partial<Site>> {
  const name = `other_${Math.random().toString(36).slice(2)}`
  for (const server of Object.values(world.servers)) {
    await execute(server.url('postgres'), `create database ${name}`)
    if (sql[server.side]) await execute(server.url(name), sql[server.side])
  }
  return {
    source: { url: world.servers.source.url(name) },
    target: { url: world.servers.target.url(name) },
  }
}

/** The site's urls as another role, on one side or both. */
export function asWeak(world: World, ...sides: Side[]): Partial<Site> {
  const url = (side: Side) =>
    sides.includes(side)
      ? world.servers[side].url(world.database, 'weak', 'of-a-test')
      : world.bed.site[side].url
  return { source: { url: url('source') }, target: { url: url('target') } }
}

export const journalOfNobody = (): string => mkdtempSync(join(testSandbox().dir, 'nobody-'))

/** What a check said, a line a problem. */
export const said = ({ problems }: Outcome): string =>
  problems.map(({ where, what, mend }) => `${where}: ${what} → ${mend}`).join('\n')
