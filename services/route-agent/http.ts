import fastify from 'fastify'
import { z } from 'zod'
import { StaleTokenError } from '../../migration/epoch.ts'
import { PauseTimeoutError } from '../../migration/gate/gate.ts'
import {
  nonceHeader,
  sameSignature,
  signAnswer,
  signatureHeader,
  signRequest,
} from '../../migration/gate/signature.ts'
import { NotReadyError, type RouteAgent } from './agent.ts'

const epoch = z.int().min(0)
const side = z.enum(['source', 'target'])
const pauseBody = z.object({ epoch, timeoutMs: z.int().min(0).max(60_000) })
const routeBody = z.object({ epoch, route: z.object({ side }) })
const resumeBody = z.object({ epoch })
const probeBody = z.object({ side, identity: z.string().optional() })

/**
 * The write gate's protocol over TLS, for whoever has the key; and two questions for anyone: `/configured`, may
 * PgBouncer start, and `/healthy`, may clients come.
 */
export function createAgentServer(agent: RouteAgent, tls: { cert: string; key: string }, secret: string) {
  const app = fastify({ bodyLimit: 16_384, https: tls, forceCloseConnections: true })
  // As text, because it is what was signed.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  )
  const json = (body: unknown): unknown => JSON.parse(String(body))

  app.get('/configured', async (_request, reply) =>
    reply.code(agent.state === 'reading' ? 503 : 200).send({ state: agent.state }),
  )
  app.get('/healthy', async (_request, reply) => {
    if (agent.state !== 'ready') return reply.code(503).send({ state: agent.state })
    return { state: agent.state, gate: (await agent.status()).state }
  })

  app.register(async (gate) => {
    gate.addHook('preHandler', async ({ method, url, body, headers }, reply) => {
      const signed = signRequest(secret, String(headers[nonceHeader]), method, url, String(body ?? ''))
      if (!sameSignature(signed, headers[signatureHeader]))
        return reply.code(401).send({ error: 'not-signed', message: 'not signed with the key of this agent' })
    })
    gate.addHook('onSend', async ({ headers }, reply, payload) => {
      reply.header(
        signatureHeader,
        signAnswer(secret, String(headers[nonceHeader]), reply.statusCode, String(payload ?? '')),
      )
    })

    gate.get('/gate', async () => agent.status())
    gate.post('/gate/pause', async ({ body }) => {
      const order = pauseBody.parse(json(body))
      await agent.pause(order.epoch, order.timeoutMs)
      return agent.status()
    })
    gate.post('/gate/route', async ({ body }) => {
      const order = routeBody.parse(json(body))
      await agent.route(order.epoch, order.route.side)
      return agent.status()
    })
    gate.post('/gate/resume', async ({ body }) => {
      await agent.resume(resumeBody.parse(json(body)).epoch)
      return agent.status()
    })
    gate.post('/gate/send', async ({ body }) => {
      const order = routeBody.parse(json(body))
      await agent.send(order.epoch, order.route.side)
      return agent.status()
    })
    gate.post('/gate/probe', async ({ body }, reply) => {
      try {
        const asked = probeBody.parse(json(body))
        await agent.probe(asked.side, asked.identity)
        return { ok: true }
      } catch (error) {
        if (error instanceof z.ZodError || error instanceof NotReadyError) throw error
        return reply.code(502).send({ error: 'probe-failed', message: (error as Error).message })
      }
    })
  })

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const answer = (status: number, name: string, detail = {}) =>
      reply.code(status).send({ error: name, message: error.message, ...detail })
    if (error instanceof StaleTokenError) return answer(409, 'stale-epoch', { epoch: agent.token })
    if (error instanceof PauseTimeoutError) return answer(503, 'pause-timeout')
    if (error instanceof NotReadyError) return answer(503, 'starting')
    if (error instanceof z.ZodError || error instanceof SyntaxError) return answer(400, 'invalid-request')
    return answer(error.statusCode ?? 500, 'failed')
  })
  return app
}
