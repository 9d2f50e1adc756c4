import { Agent, type IncomingMessage, request } from 'node:http'
import type { Side } from './request-log.ts'

export interface Outgoing {
  method: 'GET' | 'POST'
  path: string
  /** The Idempotency-Key of a write. */
  key?: string
  body?: object
}

/** An answer, or why there was none. */
export type Reply =
  | { status: number; side: Side | undefined; replayed: boolean; body: unknown }
  | { status: undefined; side: undefined; reason: string }

/** Closed before the server may close it (75 s), so that no request meets a connection being closed. */
const idleConnectionMs = 4000

/** Sends requests over kept connections. It never sends one twice: a failure must show. */
export class Sender {
  readonly #base: URL
  readonly #timeoutMs: number
  readonly #agent: Agent

  constructor(options: { baseUrl: string; timeoutMs: number; maxSockets: number }) {
    this.#base = new URL(options.baseUrl)
    this.#timeoutMs = options.timeoutMs
    const { maxSockets } = options
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets,
      maxFreeSockets: maxSockets,
      timeout: idleConnectionMs,
    })
  }

  /** Calls `done` exactly once. */
  send(outgoing: Outgoing, done: (reply: Reply) => void): void {
    const body = outgoing.body && JSON.stringify(outgoing.body)
    const headers: Record<string, string | number> = {}
    if (outgoing.key) headers['idempotency-key'] = outgoing.key
    if (body) {
      headers['content-type'] = 'application/json'
      headers['content-length'] = Buffer.byteLength(body)
    } else if (outgoing.method === 'POST') headers['content-length'] = 0

    let ended = false
    const end = (reply: Reply) => {
      if (ended) return
      ended = true
      clearTimeout(timer)
      done(reply)
    }
    const fail = (reason: string) => end({ status: undefined, side: undefined, reason })
    const req = request(
      {
        agent: this.#agent,
        host: this.#base.hostname,
        port: this.#base.port,
        method: outgoing.method,
        path: outgoing.path,
        headers,
      },
      (res) => receive(res, end, fail),
    )
    req.on('error', (error) => fail(`connection: ${error.message}`))
    const timer = setTimeout(() => {
      fail(`no answer within ${this.#timeoutMs} ms`)
      req.destroy()
    }, this.#timeoutMs)
    req.end(body)
  }

  close(): void {
    this.#agent.destroy()
  }
}

function receive(res: IncomingMessage, end: (reply: Reply) => void, fail: (reason: string) => void): void {
  let text = ''
  res.setEncoding('utf8')
  res.on('data', (chunk: string) => {
    text += chunk
  })
  res.on('error', (error) => fail(`the answer broke off: ${error.message}`))
  res.on('end', () => {
    const side = res.headers['x-side']
    end({
      status: res.statusCode ?? 0,
      side: side === 'on-premises' || side === 'cloud' ? side : undefined,
      replayed: res.headers['idempotent-replayed'] === 'true',
      body: parse(text),
    })
  })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
