import fastify from 'fastify'
import { z } from 'zod'
import { type Gate, PauseTimeoutError, StaleEpochError } from './gate.ts'
import { routeShape } from './route-file.ts'

const epoch = z.int().min(0)
const pauseBody = z.object({ epoch, timeoutMs: z.int().min(0).max(60_000) })
const routeBody = z.object({ epoch, route: routeShape })
const resumeBody = z.object({ epoch })

/** Speaks the write gate's protocol to whoever runs a switchover. It has no login: it listens on loopback. */
export function createGateServer(gate: Gate) {
  const app = fastify({ bodyLimit: 16_384 })

  app.get('/gate', async () => gate.status())

  app.post('/gate/pause', async (request) => {
    const body = pauseBody.parse(request.body)
    await gate.pause(body.epoch, body.timeoutMs)
    return gate.status()
  })

  app.post('/gate/route', async (request) => {
    const body = routeBody.parse(request.body)
    await gate.route(body.epoch, body.route)
    return gate.status()
  })

  app.post('/gate/resume', async (request) => {
    await gate.resume(resumeBody.parse(request.body).epoch)
    return gate.status()
  })

  app.post('/gate/send', async (request) => {
    const body = routeBody.parse(request.body)
    await gate.send(body.epoch, body.route)
    return gate.status()
  })

  app.post('/gate/probe', async (request, reply) => {
    const route = routeShape.parse(request.body)
    try {
      await gate.probe(route)
      return { ok: true }
    } catch (error) {
      return reply.code(502).send({ error: 'probe-failed', message: (error as Error).message })
    }
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof StaleEpochError) {
      return reply
        .code(409)
        .send({ error: 'stale-epoch', epoch: gate.status().epoch, message: error.message })
    }
    if (error instanceof PauseTimeoutError)
      return reply.code(503).send({ error: 'pause-timeout', message: error.message })
    if (error instanceof z.ZodError) {
      return reply.code(400).send({ error: 'invalid-request', message: z.prettifyError(error) })
    }
    return reply.code(error.statusCode ?? 500).send({ error: 'failed', message: error.message })
  })
  return app
}
