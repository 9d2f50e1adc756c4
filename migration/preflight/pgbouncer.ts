import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import pg from 'pg'
import type { Route, Side } from '../gate/gate.ts'
import { askThroughEntry, entryOf } from '../gate/pgbouncer-entry.ts'
import { identityOf } from '../postgres/identity.ts'
import type { Site } from '../site.ts'
import { type Check, type CheckGroup, type PreflightContext, type Problem, shutsOut } from './check.ts'

type PgBouncerGate = Extract<Site['gate'], { kind: 'pgbouncer' }>

/** What one process says of itself. */
interface Pooler {
  where: string
  /** Connection string of its admin console. */
  admin: string
  ini: string
  config: Map<string, string>
  databases: Record<string, string>[]
  users: Record<string, string>[]
}

type Found = Omit<Problem, 'where'>[]
type Look = (pooler: Pooler, gate: PgBouncerGate, context: PreflightContext) => Found | Promise<Found>

/** One of the longest waits a server that refused a login once may cost, seconds. */
const longestLoginRetry = 0.1

const check = (name: string, why: string, look: Look, more: Partial<Check> = {}): Check => ({
  name,
  why,
  ...more,
  unneeded: async ({ lift }) =>
    lift.site.gate.kind === 'pgbouncer'
      ? undefined
      : `the gate of this site is «${lift.site.gate.kind}», not PgBouncer itself`,
  async run(context) {
    const { gate } = context.lift.site
    if (gate.kind !== 'pgbouncer') return []
    const poolers = await Promise.all(gate.poolers.map(ask))
    const looks = poolers.map(async (pooler) =>
      (await look(pooler, gate, context)).map((problem) => ({ ...problem, where: pooler.where })),
    )
    return (await Promise.all(looks)).flat()
  },
})

async function ask({ admin, ini }: PgBouncerGate['poolers'][number]): Promise<Pooler> {
  const client = new pg.Client({ connectionString: admin, connectionTimeoutMillis: 3000 })
  client.on('error', () => {})
  await client.connect()
  try {
    const config = (await client.query('show config')).rows
    return {
      where: `PgBouncer at ${new URL(admin).host}`,
      admin,
      ini,
      config: new Map(config.map((row) => [row.key, row.value])),
      databases: (await client.query('show databases')).rows,
      users: (await client.query('show users')).rows,
    }
  } finally {
    await client.end()
  }
}

const entryNames = ({ database }: PgBouncerGate) => [
  database,
  entryOf(database, 'source'),
  entryOf(database, 'target'),
]

const addresses = ({ lift }: PreflightContext): [Side, Route, string][] =>
  [lift.source, lift.target].map(({ side, address }) => [
    side,
    address,
    decodeURIComponent(new URL(lift.site[side].url).pathname.slice(1)),
  ])

export const pgbouncer: CheckGroup = {
  title: 'PgBouncer',
  checks: [
    check(
      'pgbouncer-pool-mode',
      'a session that keeps its server connection holds up the pause and stays on the old side',
      ({ config, databases, users }, gate) => {
        const mend = 'set pool_mode = transaction and take the override away'
        const mode = config.get('pool_mode')
        const overridden = [
          ...databases
            .filter((row) => entryNames(gate).includes(row.name ?? ''))
            .map((row) => ['database', row] as const),
          ...users.map((row) => ['user', row] as const),
        ].filter(([, row]) => row.pool_mode && row.pool_mode !== 'transaction')
        return [
          ...(mode === 'transaction' ? [] : [{ what: `pool_mode is ${mode}`, mend }]),
          ...overridden.map(([kind, row]) => ({
            what: `pool_mode is ${row.pool_mode} for the ${kind} ${row.name}`,
            mend,
          })),
        ]
      },
    ),
    check(
      'pgbouncer-login-retry',
      'one refused login freezes the pool that long, and RESUME, RELOAD and RECONNECT do not help',
      ({ config }) => {
        const seconds = Number(config.get('server_login_retry'))
        if (seconds <= longestLoginRetry) return []
        return [
          {
            what: `server_login_retry is ${seconds} s`,
            mend: `set server_login_retry = ${longestLoginRetry} in the ini`,
          },
        ]
      },
    ),
    check(
      'pgbouncer-wait-timeout',
      'requests that wait at the gate must outlive the pause, also one that goes back',
      ({ config }, _gate, { lift }) => {
        const seconds = Number(config.get('query_wait_timeout'))
        const needed = (2 * lift.site.limits.deadlineMs) / 1000
        if (seconds === 0 || seconds >= needed) return []
        return [
          {
            what: `query_wait_timeout is ${seconds} s, the pause may take ${lift.site.limits.deadlineMs / 1000} s (limits.deadlineMs)`,
            mend: `set query_wait_timeout = ${Math.ceil(needed)} or more`,
          },
        ]
      },
    ),
    check(
      'pgbouncer-aliases',
      'whoever comes by another name is not held, and stays on the old side',
      ({ databases, ini }, gate, context) => {
        const leads = databases.filter(
          (row) =>
            !entryNames(gate).includes(row.name ?? '') &&
            addresses(context).some(
              ([, { host, port }, name]) =>
                row.host === host && Number(row.port) === port && row.database === name,
            ),
        )
        const mend = `take it out of the ini, or let its users ask for «${gate.database}»; accept it where it only reads`
        return [
          ...leads.map((row) => ({
            what: `the entry ${row.name} leads to the same database, past the gate`,
            mend,
          })),
          ...(/^[ \t]*"?\*"?[ \t]*=/m.test(readFileSync(ini, 'utf8'))
            ? [{ what: 'the entry * leads to every database of its server, past the gate', mend }]
            : []),
        ]
      },
      { acceptable: true },
    ),
    check(
      'pgbouncer-own-socket',
      'two processes behind one port cannot be told apart: a PAUSE reaches one of them',
      ({ config, where, ini }, gate) => {
        const mend = 'give every process a port and an ini of its own, and list each under gate.poolers'
        const same = (of: (pooler: (typeof gate.poolers)[number]) => string, mine: string) =>
          gate.poolers.filter((pooler) => of(pooler) === mine).length > 1
        return [
          ...(config.get('so_reuseport') === '1'
            ? [{ what: 'so_reuseport is on: other processes may listen on the same port', mend }]
            : []),
          ...(same(({ admin }) => `PgBouncer at ${new URL(admin).host}`, where)
            ? [{ what: 'it is listed twice under gate.poolers', mend }]
            : []),
          ...(same((pooler) => pooler.ini, ini)
            ? [{ what: `another pooler has the same ini ${ini}`, mend }]
            : []),
        ]
      },
    ),
    check(
      'pgbouncer-ini',
      'the route is written into the ini: it must be the file that this process reads',
      ({ config, ini, databases }, gate) => {
        try {
          accessSync(ini, constants.R_OK | constants.W_OK)
          accessSync(dirname(ini), constants.W_OK)
        } catch (error) {
          return [
            {
              what: `the ini cannot be replaced: ${(error as Error).message}`,
              mend: 'run the runbooks where the ini is, as a user who may write it and its folder',
            },
          ]
        }
        const read = config.get('conffile')
        if (read && resolve(read) !== resolve(ini))
          return [{ what: `it reads ${read}, not ${ini}`, mend: 'mend gate.poolers in the site file' }]
        const line = new RegExp(
          `^${gate.database.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}[ \\t]*=(.*)$`,
          'm',
        ).exec(readFileSync(ini, 'utf8'))?.[1]
        if (line === undefined)
          return [
            {
              what: `the ini ${ini} has no entry «${gate.database} = …»`,
              mend: 'write it under [databases]; %include is not followed',
            },
          ]
        const row = databases.find(({ name }) => name === gate.database)
        const value = (key: string) => new RegExp(`\\b${key}\\s*=\\s*'?([^'\\s]+)`).exec(line)?.[1]
        if (row?.host === value('host') && Number(row?.port) === Number(value('port') ?? 5432)) return []
        return [
          {
            what: `the ini says ${value('host')}:${value('port')}, the process sends «${gate.database}» to ${row?.host}:${row?.port}`,
            mend: 'RELOAD; if that does not help, its log says what it cannot read',
          },
        ]
      },
    ),
    check(
      'pgbouncer-side-entries',
      'through them the runbooks prove that the application can log in to each side',
      async ({ databases, admin }, gate, context) => {
        const looks = addresses(context).map(async ([side, { host, port }, name]): Promise<Found> => {
          const entry = entryOf(gate.database, side)
          const mend = `write «${entry} = host=${host} port=${port} dbname=${name}» under [databases], and RELOAD`
          const row = databases.find((one) => one.name === entry)
          if (!row) return [{ what: `there is no entry ${entry}`, mend }]
          const leads = `the entry ${entry} leads to ${row.host}:${row.port}/${row.database}`
          if (Number(row.port) !== port || row.database !== name)
            return [{ what: `${leads}, not to the ${side}`, mend }]
          // Behind a fence the roles are without LOGIN, and PgBouncer would go on trying.
          if (await shutsOut(context.lift[side])) return []
          const [answered, wanted] = await Promise.all([
            askThroughEntry(gate.appUrl, admin, entry).catch(({ message }: Error) => {
              // Its role may still be missing, or be without LOGIN behind the fence: «gate-login» looks at that.
              context.note(`${leads}; whether that is the ${side} could not be asked there: ${message}`)
            }),
            identityOf(context.lift[side].client),
          ])
          if (answered === undefined || answered === wanted) return []
          return [{ what: `${leads}, which is another server than the site's ${side}`, mend }]
        })
        return (await Promise.all(looks)).flat()
      },
    ),
  ],
}
