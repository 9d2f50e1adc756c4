import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { GateState, Side, WriteGate } from '../../migration/gate/gate.ts'
import { pgbouncerGate } from '../../migration/gate/pgbouncer.ts'
import { readIni, readMark } from '../../migration/gate/pgbouncer-ini.ts'
import type { RouteStore } from '../../migration/gate/route-store.ts'
import { addressOn, adminUser, writeConfig } from './config.ts'
import type { Environment } from './environment.ts'

/** `reading` the route store; `configured`: PgBouncer may start; `ready`: it is as the store says, and takes orders. */
export type AgentState = 'reading' | 'configured' | 'ready'

export class NotReadyError extends Error {
  override readonly name = 'NotReadyError'
}

/** Commands the PgBouncer of its task: brings it up as the route store says, then as runner and watchdog say. */
export class RouteAgent {
  readonly #environment: Environment
  readonly #routes: RouteStore
  readonly #say: (event: string, detail?: object) => void
  readonly #gate: WriteGate
  readonly #adminPassword = randomBytes(18).toString('hex')
  #state: AgentState = 'reading'
  /** Orders are carried out one after the other. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(environment: Environment, routes: RouteStore, say: (event: string, detail?: object) => void) {
    this.#environment = environment
    this.#routes = routes
    this.#say = say
    const { DATABASE: database, PGBOUNCER_SOCKET_FOLDER: folder, PGBOUNCER_PORT: port, logins } = environment
    const socket = `${encodeURIComponent(folder)}:${port}`
    const { username, password } = logins.target
    this.#gate = pgbouncerGate({
      database,
      poolers: [
        {
          admin: `postgres://${adminUser}:${this.#adminPassword}@${socket}/pgbouncer`,
          ini: environment.PGBOUNCER_INI,
        },
      ],
      appUrl: `postgres://${encodeURIComponent(username)}:${encodeURIComponent(password)}@${socket}/${database}`,
      logins: {
        source: { user: logins.source.username, password: logins.source.password },
        target: { user: logins.target.username, password: logins.target.password },
      },
    })
  }

  get state(): AgentState {
    return this.#state
  }

  /** The token last obeyed. */
  get token(): number {
    return readMark(readIni(this.#environment.PGBOUNCER_INI))?.token ?? 0
  }

  /** Returns when PgBouncer is as the store says; tries until it is, or `signal` ends it. */
  async start(signal: AbortSignal): Promise<void> {
    const record = await this.#until(signal, 'reading the route store', () => this.#routes.read())
    writeConfig(this.#environment, record, this.#adminPassword)
    this.#state = 'configured'
    this.#say('configured', { ...record, store: this.#routes.place })
    await this.#until(signal, 'waiting for PgBouncer', () => this.#gate.state())
    // Read again: what was ordered while PgBouncer started reached the store, and not us. What is ordered from here on
    // waits its turn.
    await this.#until(signal, 'bringing PgBouncer to what the store says', () =>
      this.#inTurn(() => this.#follow()),
    )
    this.#state = 'ready'
    this.#say('ready', { token: this.token })
  }

  async #follow(): Promise<void> {
    const { token, state, side } = await this.#routes.read()
    if (state === 'paused') await this.#gate.pause(token, 1000)
    await this.#gate.route(token, addressOn(this.#environment, side))
    if (state === 'open') await this.#gate.resume(token)
  }

  pause = (token: number, timeoutMs: number) => this.#order((gate) => gate.pause(token, timeoutMs))
  /** Where a side is stands in the task; only which one is said. */
  route = (token: number, side: Side) =>
    this.#order((gate) => gate.route(token, addressOn(this.#environment, side)))
  resume = (token: number) => this.#order((gate) => gate.resume(token))
  send = (token: number, side: Side) =>
    this.#order((gate) => gate.send(token, addressOn(this.#environment, side)))
  probe = (side: Side, identity?: string) => this.#order((gate) => gate.probe(side, identity))

  /** As PgBouncer itself says it. */
  async status(): Promise<GateState> {
    const [state] = await this.#gate.state()
    return { ...(state as GateState), epoch: this.token }
  }

  async close(): Promise<void> {
    await this.#gate.close()
  }

  #order(act: (gate: WriteGate) => Promise<void>): Promise<void> {
    if (this.#state !== 'ready')
      throw new NotReadyError(`the pooler is starting (${this.#state}); it comes up as the route store says`)
    return this.#inTurn(() => act(this.#gate))
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #until<T>(signal: AbortSignal, what: string, act: () => Promise<T>): Promise<T> {
    for (let said = ''; ; ) {
      signal.throwIfAborted()
      try {
        return await act()
      } catch (error) {
        const { message } = error as Error
        if (message !== said) this.#say('waiting', { what, error: message })
        said = message
        await delay(100, undefined, { signal })
      }
    }
  }
}
