import type { IncomingMessage, RequestListener } from 'node:http'

export interface FakePayment {
  id: string
  status: string
  amountMinor: number
  currency: string
  merchant: string
  capturedMinor: number
  refundedMinor: number
}

export interface Received {
  method: string
  path: string
  key: string | undefined
  body: Record<string, unknown>
  headers: IncomingMessage['headers']
}

export interface FakeAnswer {
  status: number
  body: unknown
  replayed?: boolean
}

/** The payments API as its README says it, in memory. `change` sees each answer before it is sent. */
export class FakePayments {
  readonly payments = new Map<string, FakePayment>()
  readonly received: Received[] = []
  readonly #answers = new Map<string, FakePayment>()
  side = 'on-premises'
  change: (received: Received, answer: FakeAnswer) => FakeAnswer | 'never' | 'break' | Promise<FakeAnswer> = (
    _,
    answer,
  ) => answer

  readonly handle: RequestListener = async (req, res) => {
    let text = ''
    for await (const chunk of req) text += chunk
    const received: Received = {
      method: req.method ?? '',
      path: req.url ?? '',
      key: req.headers['idempotency-key'] as string | undefined,
      body: text ? JSON.parse(text) : {},
      headers: req.headers,
    }
    this.received.push(received)
    const answer = await this.change(received, this.#answer(received))
    if (answer === 'break') return void req.socket.destroy()
    if (answer === 'never') return
    res.writeHead(answer.status, {
      'content-type': 'application/json',
      'x-side': this.side,
      ...(answer.replayed && { 'idempotent-replayed': 'true' }),
    })
    res.end(JSON.stringify(answer.body))
  }

  make(body: Record<string, unknown>): FakePayment {
    const payment = {
      ...(body as Pick<FakePayment, 'amountMinor' | 'currency' | 'merchant'>),
      id: `pay_${this.payments.size + 1}`,
      status: 'authorised',
      capturedMinor: 0,
      refundedMinor: 0,
    }
    this.payments.set(payment.id, payment)
    return payment
  }

  #answer({ method, path, key, body }: Received): FakeAnswer {
    const [, , id, act] = path.split('/')
    const payment = this.payments.get(id ?? '')
    if (method === 'GET')
      return payment ? { status: 200, body: payment } : { status: 404, body: { error: 'not-found' } }
    if (!key) return { status: 400, body: { error: 'idempotency-key-missing' } }
    const before = this.#answers.get(key)
    if (before) return { status: 200, body: before, replayed: true }
    const answer = id ? payment && this.#act(payment, act, body) : this.make(body)
    if (!answer) return { status: 409, body: { error: 'illegal-transition' } }
    this.#answers.set(key, answer)
    return { status: id ? 200 : 201, body: answer }
  }

  #act(
    payment: FakePayment,
    act: string | undefined,
    body: Record<string, unknown>,
  ): FakePayment | undefined {
    if (act === 'capture') {
      if (payment.status !== 'authorised') return undefined
      const captured = { ...payment, status: 'captured', capturedMinor: payment.amountMinor }
      this.payments.set(payment.id, captured)
      return captured
    }
    const refundedMinor = payment.refundedMinor + Number(body.amountMinor)
    if (payment.capturedMinor < refundedMinor) return undefined
    const status = refundedMinor === payment.capturedMinor ? 'refunded' : 'partially_refunded'
    const refunded = { ...payment, status, refundedMinor }
    this.payments.set(payment.id, refunded)
    return refunded
  }
}
