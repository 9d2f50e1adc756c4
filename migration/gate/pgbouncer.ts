import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { epochOfToken, StaleTokenError } from '../epoch.ts'
import { syncFolder } from '../store/files.ts'
import { allTried, type GateState, PauseTimeoutError, type Route, type Side, type WriteGate } from './gate.ts'
import { adminConsole, sumOfPools } from './pgbouncer-console.ts'
import { askThroughEntry, entryOf } from './pgbouncer-entry.ts'
import { readIni, readMark, replaceFile, type ServerLogin, withMark, withRoute } from './pgbouncer-ini.ts'
import { awaitLogins } from './pgbouncer-logins.ts'

export interface PgBouncerOptions {
  /** The name under which the application asks for the database. */
  database: string
  /** One admin socket and one ini a process; two processes behind one port cannot be commanded. */
  poolers: { admin: string; ini: string }[]
  /** The application's own connection string through a pooler; its host and port are replaced by each pooler's. */
  appUrl: string
  /** Where the two servers have logins of their own. */
  logins?: Record<Side, ServerLogin>
}

/** A write gate made of PgBouncer processes, commanded by their admin consoles. */
export function pgbouncerGate(options: PgBouncerOptions): WriteGate {
  const poolers = options.poolers.map((pooler) => createPooler(pooler, options))
  const everywhere = <T>(act: (pooler: Pooler) => Promise<T>) => Promise.all(poolers.map(act))
  return {
    kind: 'pgbouncer',
    async pause(token, timeoutMs) {
      // All first: each waits for the disk, and none may hold requests meanwhile.
      await everywhere((pooler) => pooler.claim(token))
      const until = performance.now() + timeoutMs
      const asks = poolers.map(({ ask }) => ask)
      if (!(await awaitLogins(asks, options.database, timeoutMs))) {
        const where = poolers.map((pooler) => pooler.where).join(' or ')
        throw new PauseTimeoutError(
          `${where} has been opening a session of «${options.database}» for ${timeoutMs} ms; nothing was held or changed; see in its log whether the server takes logins, and try later`,
        )
      }
      const outcomes = await Promise.allSettled(
        poolers.map((pooler) => pooler.pause(until - performance.now(), timeoutMs)),
      )
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (!failed) return
      // Those that did pause must not hold requests while the others could not.
      await Promise.allSettled(poolers.map((pooler) => pooler.open(token)))
      throw failed.reason
    },
    async route(token, route) {
      await everywhere((pooler) => pooler.route(token, route))
    },
    async resume(token) {
      await everywhere((pooler) => pooler.open(token))
    },
    async send(token, route) {
      await allTried(poolers.map((pooler) => pooler.send(token, route)))
    },
    state: () => everywhere((pooler) => pooler.state()),
    async probe(side, identity) {
      await everywhere((pooler) => pooler.probe(side, identity))
    },
    async close() {
      await everywhere((pooler) => pooler.close())
    },
  }
}

type Pooler = ReturnType<typeof createPooler>

function createPooler(
  { admin, ini }: { admin: string; ini: string },
  { database, appUrl, logins }: PgBouncerOptions,
) {
  const where = `PgBouncer at ${new URL(admin).host}`
  // PAUSE occupies its connection until it is through: what undoes it needs another.
  const pausing = adminConsole(admin)
  const commanding = adminConsole(admin, answerWithinMs)

  let written: Promise<void> = Promise.resolve()
  /**
   * Leaves the token in the ini, with the route if one is given: one file, one wait for the disk. One after the other:
   * an act that was given up must not write over a later one.
   */
  function write(token: number, route?: Route): Promise<void> {
    written = written.catch(() => {}).then(() => writeNext(token, route))
    return written
  }

  async function writeNext(token: number, route?: Route): Promise<void> {
    const text = readIni(ini)
    const mark = readMark(text)
    if (mark && mark.token > token) throw new StaleTokenError(where, token, mark.token)
    const routed = route ? withRoute(text, database, route, logins?.[route.side]) : text
    const wanted = withMark(routed, token, route?.side ?? mark?.side ?? 'source')
    // Tried again and again while somebody mends the file: what they wrote must not be written over.
    if (wanted !== text) await replaceFile(ini, wanted)
  }

  /** As `write`, and it is there after the machine went down. */
  async function claim(token: number): Promise<void> {
    await write(token)
    await syncFolder(dirname(ini))
  }

  async function route(token: number, route: Route): Promise<void> {
    await write(token, route)
    await commanding.query('reload')
    // RELOAD says success on a file it could not read.
    const { host, port } = await show()
    if (host !== route.host || Number(port) !== route.port) {
      throw new Error(
        `${where} still sends «${database}» to ${host}:${port} after RELOAD: it does not accept ${ini}; its log says why`,
      )
    }
  }

  /** The order to resume comes by another connection, and must not overtake the one it takes back. */
  async function takeBack(paused: Promise<unknown>): Promise<void> {
    let answered = false
    const noted = () => {
      answered = true
    }
    paused.then(noted, noted)
    const until = performance.now() + answerWithinMs
    try {
      while (!answered && !Number((await show()).paused) && performance.now() < until) await delay(1)
      await letThrough()
    } finally {
      // PgBouncer never answers a PAUSE that was taken back: its connection is of no more use.
      pausing.drop()
    }
  }

  const letThrough = () => commanding.query(`resume ${database}`).catch(ignoreNotPaused)

  const show = async () => {
    const row = (await commanding.query('show databases')).find((entry) => entry.name === database)
    if (!row) throw new Error(`${where} has no database «${database}»`)
    return row
  }

  return {
    where,
    ask: commanding.query,
    claim,
    async pause(leftMs: number, timeoutMs: number) {
      const until = performance.now() + leftMs
      // A PAUSE that waited for its console would be obeyed after it was given up, and nobody would take it back.
      const opened = pausing.open().catch((error) => Promise.reject(new Error(`${where}: ${error.message}`)))
      if (!(await before(opened, leftMs))) {
        throw new PauseTimeoutError(
          `${where} let nobody in to its console for ${timeoutMs} ms; nothing was held or changed; see in its log why, and try later`,
        )
      }
      const paused = pausing.query(`pause ${database}`).catch((error: Error) => {
        if (!/already (suspended\/)?paused/.test(error.message)) throw new Error(`${where}: ${error.message}`)
      })
      if (await before(paused, until - performance.now())) return
      await takeBack(paused)
      throw new PauseTimeoutError(
        `${where}: a transaction was still open after ${timeoutMs} ms; requests flow again, nothing was changed; find it in pg_stat_activity (xact_start) and try later`,
      )
    },
    async route(token: number, to: Route) {
      await route(token, to)
      await syncFolder(dirname(ini))
    },
    async open(token: number) {
      await claim(token)
      await letThrough()
    },
    /** Waits once for the disk before requests flow; whoever sends has decided, and sends again if the machine goes down. */
    async send(token: number, to: Route) {
      await route(token, to)
      await letThrough()
      await syncFolder(dirname(ini))
    },
    async state(): Promise<GateState> {
      // Asked for before the pause: a console opened in it would keep the requests of the other poolers waiting.
      const [row] = await Promise.all([show(), pausing.open()])
      const waiting = await sumOfPools(commanding.query, database, 'cl_waiting')
      const mark = readMark(readIni(ini))
      return {
        epoch: epochOfToken(mark?.token ?? 0),
        state: Number(row.paused) ? 'paused' : 'open',
        route: mark?.side ?? 'source',
        waiting,
      }
    },
    async probe(side: Side, identity?: string) {
      const entry = entryOf(database, side)
      // A server connection from before would answer without a login.
      await commanding.query(`reconnect ${entry}`)
      const answered = await askThroughEntry(appUrl, admin, entry).catch(({ message }: Error) => {
        throw new Error(
          `the application cannot log in to the ${side} database through ${where} («${entry}»): ${message}`,
        )
      })
      if (identity !== undefined && answered !== identity) {
        throw new Error(
          `the entry «${entry}» of ${where} leads to another database than the site's ${side}: write the ${side}'s host, port and dbname into it, and RELOAD`,
        )
      }
    },
    async close() {
      await Promise.all([pausing.end(), commanding.end()])
    },
  }
}

/** How long a command may go without an answer, milliseconds: a pooler that is frozen must not hold up the others. */
const answerWithinMs = 5000

async function before(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs)
  })
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function ignoreNotPaused(error: Error): void {
  if (!/not (suspended\/)?paused/.test(error.message)) throw error
}
