import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http'
import { endToEnd } from './headers.ts'
import type { Metrics } from './metrics.ts'
import type { FrontDoorSide, Splitter } from './splitter.ts'

/** A connection without a request is closed before a server of Node (5 s) or Fastify (72 s) closes it. */
const idleConnectionMs = 4000
/** As an ALB's default: an upstream that is silent for so long gets the client a 504. */
const silentUpstreamMs = 60_000

export interface ProxyOptions {
  upstreams: Record<FrontDoorSide, URL>
  splitter: Splitter
  metrics: Metrics
  /** Asked for each answer: whether the client should open another connection next time. */
  draining(): boolean
}

export interface Proxy {
  handle: RequestListener
  close(): void
}

/**
 * Streams each request to one side and its answer back. It never tries again and never goes to the other
 * side: neither does an ALB, and a request sent twice would hide a failure.
 */
export function createProxy(options: ProxyOptions): Proxy {
  const agent = new Agent({ keepAlive: true, timeout: idleConnectionMs, maxFreeSockets: 1024 })
  return {
    handle: (req, res) => forward(req, res, agent, options),
    close: () => agent.destroy(),
  }
}

function forward(req: IncomingMessage, res: ServerResponse, agent: Agent, options: ProxyOptions): void {
  const side = options.splitter.next()
  const startedMs = performance.now()
  options.metrics.sent(side)
  let ended = false
  const end = (error: boolean) => {
    if (ended) return
    ended = true
    clearTimeout(silence)
    options.metrics.ended(side, performance.now() - startedMs, error)
  }

  const upstream = send(req, options.upstreams[side], agent)
  const silence = setTimeout(
    () => upstream.destroy(new SilentUpstreamError('gave no answer in time')),
    silentUpstreamMs,
  )
  upstream.on('response', (answer) => {
    clearTimeout(silence)
    const status = answer.statusCode ?? 502
    const headers = endToEnd(answer.rawHeaders)
    if (options.draining()) headers.push('Connection', 'close')
    res.writeHead(status, answer.statusMessage, headers)
    answer.on('error', () => {
      end(true)
      res.destroy()
    })
    answer.pipe(res)
    res.on('finish', () => end(status >= 500))
  })
  upstream.on('error', (error) => {
    end(true)
    if (res.headersSent) res.destroy()
    else refuse(res, side, error)
  })
  res.on('close', () => {
    if (res.writableFinished) return
    // The client hung up: the side is not to blame, but the time it took still counts.
    end(false)
    upstream.destroy()
  })
}

function send(req: IncomingMessage, to: URL, agent: Agent): ClientRequest {
  const headers = endToEnd(req.rawHeaders, ['expect'])
  headers.push('X-Forwarded-For', req.socket.remoteAddress ?? '', 'X-Forwarded-Proto', 'http')
  const chunked = req.headers['transfer-encoding'] !== undefined
  // Node would send the body of a chunked GET or DELETE without framing unless told.
  if (chunked) headers.push('Transfer-Encoding', 'chunked')
  const upstream = request({
    agent,
    host: to.hostname,
    port: to.port,
    method: req.method,
    path: req.url,
    headers,
  })
  if (chunked || Number(req.headers['content-length'] ?? 0) > 0) req.pipe(upstream)
  else upstream.end()
  return upstream
}

class SilentUpstreamError extends Error {}

function refuse(res: ServerResponse, side: FrontDoorSide, error: Error): void {
  if (res.destroyed) return
  const status = error instanceof SilentUpstreamError ? 504 : 502
  const body = JSON.stringify({
    error: status === 504 ? 'gateway timeout' : 'bad gateway',
    side,
    reason: error.message,
  })
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  res.end(body)
}
