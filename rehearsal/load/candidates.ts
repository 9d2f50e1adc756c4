import type { KnownPayment } from './expectation.ts'
import type { Random } from './random.ts'

const keptPayments = 10_000

/** Payments of which one is taken at random, so that late requests also meet early payments. */
export class Candidates {
  readonly #payments: KnownPayment[] = []
  readonly #random: Random

  constructor(random: Random) {
    this.#random = random
  }

  /** Beyond 10,000 a new payment takes the place of a random one. */
  add(payment: KnownPayment): void {
    if (this.#payments.length < keptPayments) this.#payments.push(payment)
    else this.#payments[this.#random.int(0, keptPayments - 1)] = payment
  }

  any(): KnownPayment | undefined {
    return this.#payments.length > 0 ? this.#random.pick(this.#payments) : undefined
  }

  /** As {@link any}, and nobody gets it again. */
  take(): KnownPayment | undefined {
    if (this.#payments.length === 0) return undefined
    const i = this.#random.int(0, this.#payments.length - 1)
    const payment = this.#payments[i] as KnownPayment
    const last = this.#payments.pop() as KnownPayment
    if (i < this.#payments.length) this.#payments[i] = last
    return payment
  }
}
