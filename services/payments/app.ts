import fastify, { type FastifyBaseLogger, type FastifyError, type FastifyReply, LogController } from 'fastify'
import { maskCardNumbers } from '../logging/card-numbers.ts'
import { correlationHeader, correlationId } from '../logging/correlation.ts'
import { DeadlineError } from './admission.ts'
import type { Database } from './database.ts'
import type { Log } from './log.ts'
import type { Answer, Payments } from './payments.ts'
import {
  parseAuthorisation,
  parseCapture,
  parseIdempotencyKey,
  parseRefund,
  RequestError,
} from './requests.ts'
import type { Tls } from './tls.ts'

export interface AppOptions {
  payments: Payments
  database: Database
  side: 'on-premises' | 'cloud'
  log: Log
  /** Undefined: plain HTTP. */
  tls?: Tls | undefined
}

const json = 'application/json; charset=utf-8'
const paymentId = /^pay_[1-9]\d{0,18}$/

/** The HTTP side of the service; it does not listen yet. */
export function createApp({ payments, database, side, log, tls }: AppOptions) {
  const app = fastify({
    https: tls ? { ...tls, minVersion: 'TLSv1.2' } : null,
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({
      disableRequestLogging: !log.isLevelEnabled('info'),
      requestIdLogLabel: 'trace',
    }),
    genReqId: ({ headers }) => correlationId(headers),
    // What reaches a closing process is answered like the rest, not with 503.
    return503OnClosing: false,
    bodyLimit: 16_384,
    requestTimeout: 15_000, // to arrive whole, not to be answered
    exposeHeadRoutes: false,
    onProtoPoisoning: 'error',
  })
  // A capture needs no body, yet many clients send `content-type: application/json` with every POST.
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined)
    // Never: it is Fastify's own request; to compare the types of an HTTP and an HTTPS server takes very long.
    else parseJson(request as never, body as string, done)
  })

  app.addHook('onRequest', ({ id }, reply, done) => {
    reply.header('x-side', side).header(correlationHeader, id)
    done()
  })

  app.addHook('onSend', (_request, reply, _payload, done) => {
    // Stopping: the client must not send its next request here.
    if (!app.server.listening) reply.header('connection', 'close')
    done()
  })

  app.post('/payments', async (request, reply) => {
    const key = parseIdempotencyKey(request.headers['idempotency-key'])
    return send(reply, await payments.authorise(key, parseAuthorisation(request.body), request.id))
  })

  app.post<{ Params: { id: string } }>('/payments/:id/capture', async (request, reply) => {
    const key = parseIdempotencyKey(request.headers['idempotency-key'])
    parseCapture(request.body)
    if (!paymentId.test(request.params.id)) return notFound(reply)
    return send(reply, await payments.capture(key, request.params.id, request.id))
  })

  app.post<{ Params: { id: string } }>('/payments/:id/refund', async (request, reply) => {
    const key = parseIdempotencyKey(request.headers['idempotency-key'])
    const refund = parseRefund(request.body)
    if (!paymentId.test(request.params.id)) return notFound(reply)
    return send(reply, await payments.refund(key, request.params.id, refund, request.id))
  })

  app.get<{ Params: { id: string } }>('/payments/:id', async (request, reply) => {
    const found = paymentId.test(request.params.id) ? await payments.read(request.params.id) : undefined
    return found === undefined ? notFound(reply) : reply.type(json).send(found)
  })

  app.get('/health', async () => ({ status: 'ok', side }))

  app.get('/readyz', async (_request, reply) => {
    // While the gate is paused requests wait, and will be answered: traffic may keep coming.
    if (database.admission.held || (await database.answers(1000))) return { status: 'ready', side }
    return reply
      .code(503)
      .send({ status: 'not-ready', side, message: 'the database did not answer within 1 s' })
  })

  app.setNotFoundHandler((_request, reply) => notFound(reply, 'there is nothing at this path'))
  app.setErrorHandler((error: FastifyError, _request, reply) => sendError(error, reply))
  return app
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status).type(json)
  if (answer.replayed) reply.header('idempotent-replayed', 'true')
  return reply.send(answer.body)
}

function notFound(reply: FastifyReply, message = 'there is no such payment'): FastifyReply {
  return reply.code(404).send({ error: 'not-found', message })
}

function sendError(error: FastifyError, reply: FastifyReply): FastifyReply {
  if (error instanceof RequestError) {
    return reply.code(400).send({ error: 'invalid-request', message: maskCardNumbers(error.message) })
  }
  if (error instanceof DeadlineError) {
    reply.log.error({ err: error }, 'a request was given up')
    const message = 'the database cannot take this now; send the same request with the same key again'
    return reply.code(503).header('retry-after', '1').send({ error: 'unavailable', message })
  }
  const status = error.statusCode ?? 500
  if (status < 500) {
    return reply.code(status).send({ error: 'invalid-request', message: maskCardNumbers(error.message) })
  }
  reply.log.error({ err: error }, 'a request failed')
  return reply
    .code(500)
    .send({ error: 'internal', message: 'the service failed; send the same request with the same key again' })
}
