import type { Database } from './database.ts'
import { type GateRecord, type Route, writeRouteFile } from './route-file.ts'

export class StaleEpochError extends Error {
  override readonly name = 'StaleEpochError'
}

export class PauseTimeoutError extends Error {
  override readonly name = 'PauseTimeoutError'
}

export interface GateStatus {
  epoch: number
  state: 'open' | 'paused'
  route: 'source' | 'target'
  /** Transactions that wait for their turn. */
  waiting: number
  inUse: number
}

/**
 * The service's own pool as a write gate. Each act carries an epoch, and one lower than the highest obeyed is
 * refused; repeating an act changes nothing.
 */
export class Gate {
  readonly #database: Database
  readonly #file: string | undefined
  #record: GateRecord
  #written: Promise<void> = Promise.resolve()
  /** Counts pauses and openings, so that a pause that timed out does not open a later one. */
  #turn = 0

  /** @param record as read back from `file`, or where the database's address is */
  constructor(database: Database, record: GateRecord, file?: string) {
    this.#database = database
    this.#record = record
    this.#file = file
    const { host, port } = database.address
    if (record.route.host !== host || record.route.port !== port)
      database.connectTo(record.route.host, record.route.port)
    if (record.state === 'paused') database.admission.hold()
  }

  status(): GateStatus {
    const { waiting, inUse } = this.#database.admission
    const { epoch, state, route } = this.#record
    return { epoch, state, route: route.side, waiting, inUse }
  }

  async pause(epoch: number, timeoutMs: number): Promise<void> {
    this.#obey(epoch)
    if (this.#record.state === 'open') this.#hold()
    const turn = this.#turn
    const [idle] = await Promise.all([this.#database.admission.idle(timeoutMs), this.#keep()])
    if (idle && turn === this.#turn) return
    if (turn === this.#turn) {
      this.#open()
      await this.#keep()
    }
    throw new PauseTimeoutError(
      `a transaction was still in use after ${timeoutMs} ms, or the gate was opened meanwhile`,
    )
  }

  /** Nothing flows to a new route until {@link resume}, also when the gate was open. */
  async route(epoch: number, route: Route): Promise<void> {
    this.#obey(epoch)
    this.#turnTo(route)
    await this.#keep()
  }

  /** Opens first and writes it down then: requests do not wait for the disk. */
  async resume(epoch: number): Promise<void> {
    this.#obey(epoch)
    if (this.#record.state === 'paused') this.#open()
    await this.#keep()
  }

  /**
   * Routes and resumes, with one wait for the disk, after requests flow. A process that ends before it is written
   * down comes back holding: whoever sends it has decided, and sends again.
   */
  async send(epoch: number, route: Route): Promise<void> {
    this.#obey(epoch)
    this.#turnTo(route)
    if (this.#record.state === 'paused') this.#open()
    await this.#keep()
  }

  /** @throws the server's words */
  probe(route: Route): Promise<void> {
    return this.#database.probe(route.host, route.port)
  }

  #obey(epoch: number): void {
    if (epoch < this.#record.epoch)
      throw new StaleEpochError(`epoch ${this.#record.epoch} has been obeyed already`)
    if (epoch > this.#record.epoch) this.#record = { ...this.#record, epoch }
  }

  #turnTo(route: Route): void {
    const now = this.#record.route
    if (now.side === route.side && now.host === route.host && now.port === route.port) return
    if (this.#record.state === 'open') this.#hold()
    this.#record = { ...this.#record, route }
    this.#database.connectTo(route.host, route.port)
  }

  #hold(): void {
    this.#turn++
    this.#record = { ...this.#record, state: 'paused' }
    this.#database.admission.hold()
  }

  #open(): void {
    this.#turn++
    this.#record = { ...this.#record, state: 'open' }
    this.#database.admission.open()
  }

  /** Writes one after the other, each time what is true by then; an earlier failure does not spoil the next. */
  #keep(): Promise<void> {
    const file = this.#file
    if (!file) return Promise.resolve()
    this.#written = this.#written.catch(() => {}).then(() => writeRouteFile(file, this.#record))
    return this.#written
  }
}
