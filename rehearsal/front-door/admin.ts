import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { z } from 'zod'
import type { Metrics } from './metrics.ts'
import type { Splitter } from './splitter.ts'

const percent = z.int().min(0).max(100)
const weightsSchema = z
  .strictObject({ onPremises: percent, cloud: percent })
  .refine(({ onPremises, cloud }) => onPremises + cloud === 100, 'onPremises and cloud must add up to 100')
const sinceSchema = z.coerce.number().min(0)

/** `GET /weights`, `PUT /weights`, `GET /metrics?since=ms of the Unix epoch`, `GET /series`. */
export function adminHandler(splitter: Splitter, metrics: Metrics): RequestListener {
  return (req, res) => {
    // A path of `//` alone is no address.
    const url = new URL(
      URL.canParse(req.url ?? '/', 'http://admin') ? (req.url ?? '/') : '/none',
      'http://admin',
    )
    const route = `${req.method} ${url.pathname}`
    if (route === 'GET /weights') return answer(res, 200, splitter.weights)
    if (route === 'GET /series') return answer(res, 200, metrics.series())
    if (route === 'GET /metrics') {
      const since = sinceSchema.safeParse(url.searchParams.get('since') ?? 0)
      if (since.success) return answer(res, 200, metrics.since(since.data))
      return answer(res, 400, { error: `since: ${z.prettifyError(since.error)}` })
    }
    if (route !== 'PUT /weights') return answer(res, 404, { error: `no such route: ${route}` })
    readJson(req).then(
      (body) => {
        const weights = weightsSchema.safeParse(body)
        if (!weights.success) return answer(res, 400, { error: `weights: ${z.prettifyError(weights.error)}` })
        splitter.weights = weights.data
        answer(res, 200, splitter.weights)
      },
      (error: Error) => answer(res, 400, { error: `weights: ${error.message}` }),
    )
  }
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  req.setEncoding('utf8')
  let text = ''
  for await (const chunk of req) text += chunk
  return JSON.parse(text)
}

function answer(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
