import { randomBytes } from 'node:crypto'
import { AckFile } from './ack-file.ts'
import { type Arrival, arrivals } from './arrivals.ts'
import { nowMs } from './clock.ts'
import { check } from './expectation.ts'
import type { LoadSettings } from './options.ts'
import { pauseBetween, type WritePause } from './pause.ts'
import { RequestLog } from './request-log.ts'
import { type PlannedRequest, Requests } from './requests.ts'
import { type Reply, Sender } from './sender.ts'
import { type LoadStep, series } from './series.ts'
import { type LoadStats, StatsCollector } from './stats.ts'

interface Flight {
  seq: number
  planned: PlannedRequest
  write: boolean
  startMs: number
  sentMs: number
}

/** Sends requests when they are due, whatever became of those before. */
export class LoadGenerator {
  readonly #ackFile: AckFile
  readonly #sender: Sender
  readonly #arrivals: Iterator<Arrival, never>
  readonly #requests: Requests
  readonly #log = new RequestLog()
  readonly #stats = new StatsCollector()
  readonly #inFlight = new Set<Flight>()
  readonly #waiting = new Set<() => void>()
  readonly #startedMs = nowMs()
  #stoppedMs: number | undefined
  #next: Arrival
  #timer: NodeJS.Timeout | undefined
  #seq = 0

  private constructor(settings: LoadSettings, ackFile: AckFile) {
    this.#ackFile = ackFile
    this.#sender = new Sender(settings)
    // Two loads on one database must not share keys, also when they share a seed.
    const run = randomBytes(4).toString('hex')
    this.#requests = new Requests(settings.seed, () => `load-${run}-${this.#seq}`)
    this.#arrivals = arrivals(settings)
    this.#next = this.#arrivals.next().value
    this.#tick()
  }

  /** @param onAckError the acknowledgement file cannot be written: nothing after it counts as acknowledged */
  static async start(settings: LoadSettings, onAckError: (error: Error) => void): Promise<LoadGenerator> {
    return new LoadGenerator(settings, await AckFile.create(settings.ackFile, onAckError))
  }

  stats(): LoadStats {
    return this.#stats.stats((this.#stoppedMs ?? nowMs()) - this.#startedMs, this.#inFlight.size)
  }

  series(): LoadStep[] {
    return series(this.#log)
  }

  /** Waits until every write that was due by `b` has ended. */
  async pauseBetween(a: number, b: number): Promise<WritePause> {
    await this.#until(
      () => this.#dueMs() > b && !this.#anyInFlight(({ write, startMs }) => write && startMs <= b),
    )
    return pauseBetween(this.#log, a, b)
  }

  /** No new arrivals; returns when all have ended and their acknowledgements are on disk. */
  async stop(): Promise<LoadStats> {
    this.#stoppedMs ??= nowMs()
    clearTimeout(this.#timer)
    await this.#until(() => this.#inFlight.size === 0)
    await this.#ackFile.flush()
    return this.stats()
  }

  /** Gives up what is in flight; what was acknowledged is on disk. */
  async close(): Promise<void> {
    this.#stoppedMs ??= nowMs()
    clearTimeout(this.#timer)
    this.#sender.close()
    await this.#ackFile.close()
  }

  #dueMs(): number {
    return this.#stoppedMs === undefined ? this.#startedMs + this.#next.atMs : Number.POSITIVE_INFINITY
  }

  #tick(): void {
    while (this.#dueMs() <= nowMs()) {
      const startMs = this.#dueMs()
      const planned = this.#requests.plan(this.#next)
      if (planned.length === 0) this.#stats.skipped++
      for (const request of planned) this.#send(request, startMs)
      this.#next = this.#arrivals.next().value
    }
    this.#wake()
    this.#timer = setTimeout(() => this.#tick(), this.#dueMs() - nowMs())
  }

  #send(planned: PlannedRequest, startMs: number): void {
    const write = planned.kind !== 'read'
    const flight: Flight = { seq: this.#seq++, planned, write, startMs, sentMs: nowMs() }
    this.#inFlight.add(flight)
    this.#stats.attempted(planned.kind, flight.sentMs - startMs)
    this.#sender.send(planned.outgoing, (reply) => this.#ended(flight, reply))
  }

  #ended(flight: Flight, reply: Reply): void {
    const endMs = nowMs()
    const { seq, planned, write, startMs, sentMs } = flight
    const { kind, outgoing, expected } = planned
    const payment = check(expected, reply)
    const reason = typeof payment === 'string' ? payment : planned.accept(payment, reply.status === 201)
    this.#inFlight.delete(flight)
    this.#log.add({ startMs, endMs, write, ok: reason === undefined, side: reply.side })
    this.#stats.answered(endMs - startMs, endMs - sentMs)
    const { key } = outgoing
    if (reason !== undefined || typeof payment === 'string') {
      const paymentId = typeof payment === 'string' ? expected.id : payment.id
      this.#stats.failed({
        seq,
        kind,
        ...(key && { key }),
        ...(paymentId && { paymentId }),
        reason: reason ?? '',
        atMs: startMs,
      })
    } else if (!key || kind === 'read') this.#stats.acknowledged(kind)
    else {
      const { id: paymentId, currency } = payment
      const { amountMinor } = planned
      this.#ackFile.append(
        {
          seq,
          kind: kind === 'duplicate' ? 'authorise' : kind,
          key,
          paymentId,
          amountMinor,
          currency,
          sentAtMs: sentMs,
          ackedAtMs: endMs,
        },
        () => this.#stats.acknowledged(kind),
      )
    }
    this.#wake()
  }

  #anyInFlight(found: (flight: Flight) => boolean): boolean {
    for (const flight of this.#inFlight) if (found(flight)) return true
    return false
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }

  #wake(): void {
    for (const look of this.#waiting) look()
  }
}
