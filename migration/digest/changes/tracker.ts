/** Follows what changes on the source, from a slot of its own. */
import { setTimeout as delay } from 'node:timers/promises'
import { CannotCompareError, cannotCompare } from '../errors.ts'
import type { Plan } from '../plan/plan.ts'
import type { Changes, Connection } from '../types.ts'
import { type Batch, ChangeSet } from './change-set.ts'
import { parseLsn } from './lsn.ts'
import { PgoutputReader } from './pgoutput.ts'
import { dropSlot, ensureSlot } from './slot.ts'
import { openWalStream, type WalStream } from './wal-stream.ts'

const acknowledgeEveryMs = 500
const pingEveryMs = 5
const reconnectAfterMs = 200
/** The slot is gone, or its WAL is: nobody can say what changed. */
const fatalCodes = ['42704', '55000', '42501', '28P01', '28000', '3D000']

export interface TrackOptions {
  /** The side that is being left: where changes come from. */
  source: Connection
  publication: string
  /** Made when it does not exist; its name carries the epoch. */
  slot: string
  plan: Plan
}

export interface ChangeTracker {
  /** Of the side that is followed. */
  readonly connection: Connection
  /** Every change committed after this position is seen. */
  readonly since: string
  /** Why the changes cannot be followed any more: the slot or its WAL is gone, or the tracker is closed. */
  readonly failure: CannotCompareError | undefined
  /** Keys that wait to be compared. */
  pending(): number
  /** Resolves when every change committed before `lsn` is among the pending keys or was compared. */
  upTo(lsn: string, signal?: AbortSignal): Promise<void>
  /**
   * The pending keys, to be compared by the caller, who then settles the batch with those that still differ. Until
   * then the slot is not moved past them, so that a process that dies loses none.
   */
  take(): Batch
  /** Adds keys to compare, such as those a comparison of all rows found to differ. */
  add(changes: Changes): void
  /** Resolves when keys are pending. */
  changed(signal?: AbortSignal): Promise<void>
  /** Ends the stream; drops the slot unless it is to be kept for another process. */
  close(options?: { keepSlot?: boolean }): Promise<void>
}

/** @throws CannotCompareError when the slot cannot be made or read */
export async function trackChanges(options: TrackOptions): Promise<ChangeTracker> {
  const since = await ensureSlot(options)
  const tracker = new Tracker(options, since)
  await tracker.start()
  return tracker
}

class Tracker implements ChangeTracker {
  readonly since: string
  readonly connection: Connection
  readonly #options: TrackOptions
  readonly #set: ChangeSet
  #received: bigint
  #stream: WalStream | undefined
  #failure: CannotCompareError | undefined
  #closing = false
  #running: Promise<void> = Promise.resolve()
  #waiters: { until: () => boolean; resolve: () => void; reject: (error: Error) => void }[] = []

  constructor(options: TrackOptions, since: string) {
    this.#options = options
    this.#set = new ChangeSet(options.plan)
    this.since = since
    this.connection = options.source
    this.#received = parseLsn(since)
  }

  async start(): Promise<void> {
    await this.#connect().catch((error) => Promise.reject(this.#explain(error)))
    this.#running = this.#follow()
  }

  get failure(): CannotCompareError | undefined {
    return this.#failure
  }

  pending(): number {
    this.#check()
    return this.#set.size
  }

  take(): Batch {
    this.#check()
    return this.#set.take()
  }

  add(changes: Changes): void {
    for (const [name, keys] of changes) this.#set.putBack(name, keys, this.#received)
    this.#wake()
  }

  async changed(signal?: AbortSignal): Promise<void> {
    await this.#wait(() => this.#set.size > 0, signal)
  }

  async upTo(lsn: string, signal?: AbortSignal): Promise<void> {
    const wanted = parseLsn(lsn)
    const ping = () => this.#received < wanted && this.#acknowledge(true)
    const timer = setInterval(ping, pingEveryMs)
    ping()
    try {
      await this.#wait(() => this.#received >= wanted, signal)
    } finally {
      clearInterval(timer)
    }
  }

  async close({ keepSlot = false } = {}): Promise<void> {
    this.#closing = true
    this.#fail(new CannotCompareError('the change tracking was closed'))
    this.#acknowledge()
    await this.#stream?.close().catch(() => {})
    await this.#running
    if (!keepSlot) await dropSlot(this.#options)
  }

  async #connect(): Promise<void> {
    const reader = new PgoutputReader((relation) => this.#set.keyPlaces(relation))
    this.#stream = await openWalStream(this.#options.source, this.#options, {
      data: (buffer) => {
        const message = reader.read(buffer)
        this.#set.add(message)
        if (message.kind === 'commit') this.#reached(message.endLsn)
      },
      keepalive: (lsn, replyRequested) => {
        this.#reached(lsn)
        if (replyRequested) this.#acknowledge()
      },
      failed: (error) => this.#fail(this.#explain(error)),
    })
  }

  /** A stream that breaks is opened again: the slot sends once more what was not confirmed. */
  async #follow(): Promise<void> {
    const timer = setInterval(() => this.#acknowledge(), acknowledgeEveryMs)
    while (!this.#closing) {
      try {
        if (!this.#stream) await this.#connect()
        // Closed while it was being opened: nobody else would end it.
        if (!this.#closing) await this.#stream?.ended
      } catch (error) {
        const { code = '' } = error as { code?: string }
        if (!this.#closing && fatalCodes.includes(code)) this.#fail(this.#explain(error))
      }
      await this.#stream?.close().catch(() => {})
      this.#stream = undefined
      if (this.#failure) break
      await delay(reconnectAfterMs)
    }
    clearInterval(timer)
  }

  #acknowledge(ping = false): void {
    this.#stream?.acknowledge(this.#received, this.#set.oldest ?? this.#received, ping)
  }

  #reached(lsn: bigint): void {
    if (lsn > this.#received) this.#received = lsn
    this.#wake()
  }

  #wait(until: () => boolean, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure)
      if (until()) return resolve()
      const waiter = { until, resolve, reject }
      this.#waiters.push(waiter)
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      if (signal?.aborted) reject(signal.reason)
    })
  }

  #wake(): void {
    this.#waiters = this.#waiters.filter((waiter) => {
      if (!waiter.until()) return true
      waiter.resolve()
      return false
    })
  }

  #fail(failure: CannotCompareError): void {
    this.#failure ??= failure
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#failure)
  }

  #check(): void {
    if (this.#failure) throw this.#failure
  }

  #explain(error: unknown): CannotCompareError {
    return cannotCompare('source', `following changes in slot ${this.#options.slot}`, error)
  }
}
