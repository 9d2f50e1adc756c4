import type { Arrival } from './arrivals.ts'
import { Candidates } from './candidates.ts'
import type { Expectation, KnownPayment } from './expectation.ts'
import { type Purchase, purchase } from './purchase.ts'
import { type Random, randoms } from './random.ts'
import type { Outgoing } from './sender.ts'
import type { RequestKind } from './stats.ts'

/** A request to send and what to make of its answer. */
export interface PlannedRequest {
  kind: RequestKind
  outgoing: Outgoing
  expected: Expectation
  /** Authorised, captured or refunded. */
  amountMinor: number
  /** Takes note of the payment as answered; says why the answer cannot be, given others. */
  accept(payment: KnownPayment, made: boolean): string | undefined
}

/** Turns arrivals into requests; which payment is captured, refunded or read depends on earlier answers. */
export class Requests {
  readonly #purchases: Random
  /** Of their own: whether there is one to refund already is chance, and must not change what is bought. */
  readonly #refunds: Random
  readonly #newKey: () => string
  readonly #readable: Candidates
  readonly #capturable: Candidates
  readonly #refundable: Candidates
  readonly #toRepeat = new Map<number, PlannedRequest>()

  constructor(seed: number, newKey: () => string) {
    const [purchases, refunds, ...others] = randoms(~seed, 5) as [Random, Random, Random, Random, Random]
    this.#purchases = purchases
    this.#refunds = refunds
    this.#readable = new Candidates(others[0])
    this.#capturable = new Candidates(others[1])
    this.#refundable = new Candidates(others[2])
    this.#newKey = newKey
  }

  /** None when there is no payment yet to capture, refund or read. */
  plan({ kind, n }: Arrival): PlannedRequest[] {
    if (kind === 'capture') return this.#capture()
    if (kind === 'refund') return this.#refund()
    if (kind === 'read') return this.#read()
    if (kind === 'repeat') {
      const again = this.#toRepeat.get(n)
      this.#toRepeat.delete(n)
      return again ? [{ ...again, kind: 'duplicate' }] : []
    }
    const first = this.#authorise(purchase(this.#purchases), kind !== 'authorise')
    if (kind === 'repeated') this.#toRepeat.set(n, first)
    return kind === 'twins' ? [first, { ...first, kind: 'duplicate' }] : [first]
  }

  #authorise(body: Purchase, sentTwice: boolean): PlannedRequest {
    const { amountMinor, currency, merchant } = body
    let known: KnownPayment | undefined
    let someoneMadeIt = false
    return {
      kind: 'authorise',
      outgoing: { method: 'POST', path: '/payments', key: this.#newKey(), body },
      expected: { status: 201, mayReplay: sentTwice, amountMinor, currency, fields: { merchant } },
      amountMinor,
      accept: (payment, made) => {
        if (known && known.id !== payment.id)
          return `two payments under one key: ${known.id} and ${payment.id}`
        if (made && someoneMadeIt) return `${payment.id} was made twice: two answers of 201`
        someoneMadeIt ||= made
        if (known) return undefined
        known = payment
        this.#readable.add(payment)
        this.#capturable.add(payment)
        return undefined
      },
    }
  }

  #capture(): PlannedRequest[] {
    const payment = this.#capturable.take()
    if (!payment) return []
    return [
      {
        kind: 'capture',
        outgoing: { method: 'POST', path: `/payments/${payment.id}/capture`, key: this.#newKey() },
        expected: {
          ...payment,
          status: 200,
          mayReplay: false,
          fields: { status: 'captured', capturedMinor: payment.amountMinor },
        },
        amountMinor: payment.amountMinor,
        accept: () => {
          this.#refundable.add(payment)
          return undefined
        },
      },
    ]
  }

  /** Half of the refunds are whole, half in part; a payment is refunded at most once. */
  #refund(): PlannedRequest[] {
    const payment = this.#refundable.take()
    if (!payment) return []
    const whole = this.#refunds.fraction() < 0.5
    const amountMinor = whole ? payment.amountMinor : this.#refunds.int(1, payment.amountMinor)
    const status = amountMinor === payment.amountMinor ? 'refunded' : 'partially_refunded'
    return [
      {
        kind: 'refund',
        outgoing: {
          method: 'POST',
          path: `/payments/${payment.id}/refund`,
          key: this.#newKey(),
          body: { amountMinor },
        },
        expected: {
          ...payment,
          status: 200,
          mayReplay: false,
          fields: { status, refundedMinor: amountMinor },
        },
        amountMinor,
        accept: () => undefined,
      },
    ]
  }

  #read(): PlannedRequest[] {
    const payment = this.#readable.any()
    if (!payment) return []
    return [
      {
        kind: 'read',
        outgoing: { method: 'GET', path: `/payments/${payment.id}` },
        expected: { ...payment, status: 200, mayReplay: false },
        amountMinor: payment.amountMinor,
        accept: () => undefined,
      },
    ]
  }
}
