/** A transaction did not get its turn, or no success, before its deadline. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** Leave to run one transaction; to be given back with {@link Admission.leave}. */
export interface Pass {
  /** Set for the one transaction that tries whether the database is well again. */
  readonly knocksAt: Failing | undefined
}

/** What concerns every transaction: no connection, or a database that reads but takes no writes. */
export type Outage = 'unreachable' | 'fenced'

interface Failing {
  outage: Outage
  delayMs: number
  knocking: boolean
  timer?: NodeJS.Timeout
}

interface Waiter {
  readonly writes: boolean
  admit(pass: Pass): void
}

const firstKnockMs = 10
const slowestKnockMs = 100
const growEveryMs = 10
/** Another try in less time gets no answer, and leaves a session waiting; timers may ring a millisecond early. */
const shortestTryMs = 10

/**
 * Lets at most `size` transactions run at once and keeps the rest in order. Held, it lets none in. After a failure
 * one transaction at a time knocks, ever more slowly up to every 100 ms, so that a database that comes back is not
 * met by everybody at once; its first success lets all in again. Reads pass by while the database is only fenced.
 *
 * A new connection and its first statement cost ten times what a statement costs afterwards. So there are few at
 * first, and one more is made ready whenever somebody has waited 10 ms: after a switchover the held requests run at
 * once through a few connections, in order, and nobody waits for one that is being opened.
 */
export class Admission {
  readonly #size: number
  readonly #grow: () => Promise<void>
  #limit: number
  /** Counts the times the connections were lost, so that one made ready before that does not count. */
  #age = 0
  /** Connections that were asked for when the last ones were lost, and are not there yet. */
  #awaited = 0
  #growing: NodeJS.Timeout | undefined
  #held = false
  #inUse = 0
  #queue: Waiter[] = []
  #onIdle: (() => void)[] = []
  #failing: Failing | undefined

  /** @param grow makes one more connection ready */
  constructor(size: number, few = size, grow: () => Promise<void> = async () => {}) {
    this.#size = size
    this.#grow = grow
    this.#limit = Math.min(few, size)
  }

  get held(): boolean {
    return this.#held
  }

  get inUse(): number {
    return this.#inUse
  }

  get waiting(): number {
    return this.#queue.length
  }

  get failing(): Outage | undefined {
    return this.#failing?.outage
  }

  /**
   * @param deadline on the clock of `performance.now()`
   * @param again the transaction had its turn and failed: it keeps its place before later ones
   */
  enter(deadline: number, writes: boolean, again = false): Promise<Pass> {
    const leftMs = deadline - performance.now()
    if (leftMs <= (again ? shortestTryMs : 0))
      return Promise.reject(new DeadlineError('the deadline has passed'))
    const first = again || this.#queue.length === 0 || this.#passesBy(writes)
    if (first && this.#mayEnter(writes)) return Promise.resolve(this.#pass(writes))
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        writes,
        admit: (pass) => {
          clearTimeout(timer)
          resolve(pass)
        },
      }
      const timer = setTimeout(
        () => {
          this.#queue.splice(this.#queue.indexOf(waiter), 1)
          reject(new DeadlineError('no turn before the deadline'))
        },
        Math.max(0, leftMs),
      )
      if (again) this.#queue.unshift(waiter)
      else this.#queue.push(waiter)
      this.#growIfFull()
    })
  }

  /** @param outcome `well`: the server answered, if only with an error of the statement itself */
  leave(pass: Pass, outcome: 'well' | Outage): void {
    this.#inUse--
    const knocked = pass.knocksAt !== undefined && pass.knocksAt === this.#failing
    if (outcome !== 'well') this.#slowDown(outcome, knocked)
    else if (knocked) this.#recover()
    this.#admitWaiting()
    if (this.#inUse === 0) for (const notify of this.#onIdle.splice(0)) notify()
  }

  /**
   * The connections there were are gone. As many run at once as are ready anew, each promise standing for one; the
   * first that could not be made lets one transaction find out why.
   */
  startAnew(connections: Promise<void>[]): void {
    const age = ++this.#age
    this.#limit = 0
    this.#awaited = connections.length
    for (const connection of connections)
      connection
        .then(
          () => true,
          () => false,
        )
        .then((ready) => {
          if (age !== this.#age) return
          this.#awaited--
          if (ready || this.#limit === 0) this.#raise()
        })
  }

  hold(): void {
    this.#held = true
  }

  /** Opens, and forgets earlier failures: whoever opens knows better. */
  open(): void {
    this.#held = false
    this.#recover()
    this.#admitWaiting()
  }

  /** True when no transaction is in use any more, false after `timeoutMs`. */
  idle(timeoutMs: number): Promise<boolean> {
    if (this.#inUse === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), timeoutMs)
      this.#onIdle.push(() => {
        clearTimeout(timer)
        resolve(true)
      })
    })
  }

  #mayEnter(writes: boolean): boolean {
    if (this.#held || this.#full) return false
    if (!this.#failing || this.#passesBy(writes)) return true
    return !this.#failing.knocking && this.#failing.timer === undefined
  }

  get #full(): boolean {
    return this.#inUse >= this.#limit
  }

  #passesBy(writes: boolean): boolean {
    return !writes && this.#failing?.outage === 'fenced'
  }

  #pass(writes: boolean): Pass {
    this.#inUse++
    if (!this.#failing || this.#passesBy(writes)) return { knocksAt: undefined }
    this.#failing.knocking = true
    return { knocksAt: this.#failing }
  }

  #admitWaiting(): void {
    while (!this.#held && !this.#full) {
      const next = this.#queue.findIndex((waiter) => this.#mayEnter(waiter.writes))
      if (next === -1) return
      const [waiter] = this.#queue.splice(next, 1)
      waiter!.admit(this.#pass(waiter!.writes))
    }
    this.#growIfFull()
  }

  #growIfFull(): void {
    if (this.#growing || this.#awaited > 0 || this.#held || this.#failing) return
    if (!this.#full || this.#limit >= this.#size || this.#queue.length === 0) return
    const oldest = this.#queue[0]
    const age = this.#age
    this.#growing = setTimeout(async () => {
      try {
        if (!this.#full || !this.#queue.includes(oldest!)) return
        await this.#grow()
        if (age === this.#age) this.#raise()
      } catch {
        // There is work for one more, and no connection: those there are do it.
      } finally {
        this.#growing = undefined
        this.#admitWaiting()
      }
    }, growEveryMs)
  }

  #raise(): void {
    if (this.#limit < this.#size) this.#limit++
    this.#admitWaiting()
  }

  /** Those that were under way when the trouble began do not make it worse; the first knock comes at once. */
  #slowDown(outage: Outage, knocked: boolean): void {
    if (!this.#failing) {
      this.#failing = { outage, delayMs: 0, knocking: false }
      return
    }
    const failing = this.#failing
    failing.outage = outage
    if (!knocked) return
    failing.knocking = false
    failing.delayMs = Math.min(slowestKnockMs, Math.max(firstKnockMs, failing.delayMs * 2))
    failing.timer = setTimeout(() => {
      delete failing.timer
      this.#admitWaiting()
    }, failing.delayMs)
  }

  #recover(): void {
    clearTimeout(this.#failing?.timer)
    this.#failing = undefined
  }
}
