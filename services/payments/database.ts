import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { Admission, DeadlineError, type Pass } from './admission.ts'
import type { Log } from './log.ts'
import { type Trouble, troubleOf } from './trouble.ts'

export interface DatabaseOptions {
  /** Host and port in it are where connections go until {@link Database.connectTo}. */
  url: string
  poolSize: number
  log: Pick<Log, 'warn' | 'debug'>
  /** How long a transaction may wait and be tried again, milliseconds. */
  deadlineMs?: number
  /** How long one try may go without an answer, milliseconds: the network may have lost it. */
  attemptTimeoutMs?: number
  /** Opened ahead after a change of route, so that held requests find them; more follow on demand. */
  firstConnections?: number
}

/** One statement that is a transaction of its own. */
export interface Statement {
  text: string
  values: unknown[]
  writes: boolean
}

const connectTimeoutMs = 2000

/**
 * The service's one pool of connections. Each statement goes in one round trip, unnamed and without session state,
 * so that it may pass PgBouncer in transaction mode.
 */
export class Database {
  readonly admission: Admission
  readonly #options: Required<DatabaseOptions>
  #url: string
  #pool: pg.Pool

  constructor(options: DatabaseOptions) {
    this.#options = { deadlineMs: 10_000, attemptTimeoutMs: 3000, firstConnections: 2, ...options }
    this.admission = new Admission(options.poolSize, this.#options.firstConnections, () => this.#connect())
    this.#url = options.url
    this.#pool = this.#open()
  }

  get address(): { host: string; port: number } {
    const { hostname, port } = new URL(this.#url)
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) }
  }

  /**
   * Runs the statement, again and again while the database is away or fenced, until it has an outcome or the
   * deadline has passed. A broken connection does not tell whether the statement was committed. Trying again is safe
   * all the same: every statement that writes claims its idempotency key first, in the same transaction, so the
   * second try of a committed one finds the key and its answer — also in the target, when the first was committed in
   * the source: the fence lets nothing commit there that the drain does not carry over.
   * @throws DeadlineError, or the server's error about the statement itself
   */
  async run<Row extends unknown[]>(statement: Statement): Promise<Row[]> {
    const deadline = performance.now() + this.#options.deadlineMs
    let cause: unknown
    for (let again = false; ; again = true) {
      const pass = await this.admission.enter(deadline, statement.writes, again).catch((error) => {
        throw cause ? new DeadlineError((cause as Error).message, { cause }) : error
      })
      try {
        const rows = await this.#attempt<Row>(statement, deadline)
        this.#leave(pass)
        return rows
      } catch (error) {
        const trouble = troubleOf(error)
        this.#leave(pass, trouble, error)
        if (trouble === undefined) throw error
        cause = error
        if (trouble === 'beaten') await delay(Math.random() * 20) // so that two do not beat each other for ever
      }
    }
  }

  /** True when a query succeeds within the time; passes by the requests that wait. */
  async answers(timeoutMs: number): Promise<boolean> {
    const attempt = this.#attempt(
      { text: 'select 1', values: [], writes: false },
      performance.now() + timeoutMs,
    )
    return within(
      timeoutMs,
      attempt.then(() => true).catch(() => false),
      false,
    )
  }

  /** Closes the connections there are, and makes new ones to the same database, by the same role, at this address. */
  connectTo(host: string, port: number): void {
    const left = this.#pool
    this.#url = at(this.#url, host, port)
    this.#pool = this.#open()
    const first = Math.min(this.#options.firstConnections, this.#options.poolSize)
    this.admission.startAnew(Array.from({ length: first }, () => this.#connect()))
    left.end().catch(() => {})
  }

  /** One more connection of the pool, when none is idle. */
  async #connect(): Promise<void> {
    const client = await this.#pool.connect()
    client.release()
  }

  /** Logs in once as the app role in a connection of its own. @throws the server's words */
  async probe(host: string, port: number): Promise<void> {
    // handler-scope: a login of its own is what a probe is; it ends with it
    const client = new pg.Client({
      connectionString: at(this.#url, host, port),
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: connectTimeoutMs,
    })
    client.on('error', () => {}) // the query below rejects with it
    try {
      await client.connect()
      await client.query('select 1')
    } finally {
      await client.end().catch(() => {})
    }
  }

  /** Waits for statements under way, then closes every connection; a server that does not answer is left. */
  async end(): Promise<void> {
    await within(connectTimeoutMs, this.#pool.end(), undefined)
  }

  async #attempt<Row extends unknown[]>(statement: Statement, deadline: number): Promise<Row[]> {
    const client = await this.#pool.connect()
    let unfit = false
    try {
      const result = await client.query<Row>({
        text: statement.text,
        values: statement.values,
        rowMode: 'array',
        query_timeout: Math.max(1, Math.min(this.#options.attemptTimeoutMs, deadline - performance.now())),
      } as pg.QueryArrayConfig)
      return result.rows
    } catch (error) {
      const trouble = troubleOf(error)
      unfit = trouble === 'unreachable' || trouble === 'silent' || !(error instanceof pg.DatabaseError)
      throw error
    } finally {
      client.release(unfit)
    }
  }

  #leave(pass: Pass, trouble?: Trouble, error?: unknown): void {
    const outage = trouble === 'unreachable' || trouble === 'fenced' ? trouble : undefined
    const before = this.admission.failing
    this.admission.leave(pass, outage ?? 'well')
    const after = this.admission.failing
    if (after && after !== before) {
      this.#options.log.warn(`requests wait: the database is ${after}: ${(error as Error).message}`)
    } else if (before && !after) {
      this.#options.log.warn('requests run again')
    }
  }

  #open(): pg.Pool {
    // handler-scope: this class is the pool; whoever makes a Database makes it once
    const pool = new pg.Pool({
      connectionString: this.#url,
      max: this.#options.poolSize,
      connectionTimeoutMillis: connectTimeoutMs,
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      application_name: 'payments',
    })
    // The server may end a connection right behind an answer, while nobody listens: that must not end the process.
    pool.on('connect', (client) => client.on('error', () => {}))
    // An idle connection that breaks; the pool has dropped it already.
    pool.on('error', (error) => this.#options.log.debug({ err: error }, 'an idle connection broke'))
    return pool
  }
}

function at(url: string, host: string, port: number): string {
  const moved = new URL(url)
  moved.hostname = host.includes(':') ? `[${host}]` : host
  moved.port = String(port)
  return moved.href
}

/** What the work gives, or `late` when it takes longer; the work is not stopped. */
async function within<T>(timeoutMs: number, work: Promise<T>, late: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, late)
  })
  return Promise.race([work, tooLate]).finally(() => clearTimeout(timer))
}
