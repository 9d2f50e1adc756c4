import { epochOfToken, StaleTokenError } from '../epoch.ts'
import { allTried, type GateState, PauseTimeoutError, type Route, type Side, type WriteGate } from './gate.ts'
import { type Answer, jsonClient } from './http.ts'

/**
 * A write gate whose servers speak the agent protocol: beside each pooler, or the services' own pools.
 * @param key what runner and agents sign with; not needed on loopback
 */
export function agentsGate(urls: string[], addressOf: (side: Side) => Route, key?: string): WriteGate {
  const clients = urls.map((url) => ({ url, http: jsonClient(url, { key }) }))

  async function call(
    { url, http }: (typeof clients)[number],
    path: string,
    body: { epoch: number; [key: string]: unknown },
  ): Promise<Answer & { url: string }> {
    const answer = await http.post(path, body)
    if (answer.status === 409)
      throw new StaleTokenError(`the write gate ${url}`, body.epoch, Number(answer.body.epoch))
    return { ...answer, url }
  }

  const everywhere = (path: string, body: { epoch: number; [key: string]: unknown }) =>
    Promise.all(clients.map((client) => call(client, path, body)))

  function expectOk(answers: (Answer & { url: string })[], act: string): void {
    const bad = answers.flatMap(({ status, url, body }) =>
      status === 200 ? [] : [`${url}: ${status} ${JSON.stringify(body)}`],
    )
    if (bad.length > 0) throw new Error(`the write gate could not ${act}: ${bad.join('; ')}`)
  }

  return {
    kind: 'agents',
    async pause(token, timeoutMs) {
      const answers = await everywhere('/gate/pause', { epoch: token, timeoutMs })
      if (answers.every((answer) => answer.status === 200)) return
      // Those that did pause must not hold requests while the others could not.
      await everywhere('/gate/resume', { epoch: token })
      const late = answers.flatMap((answer, at) => (answer.status === 200 ? [] : [urls[at]]))
      throw new PauseTimeoutError(
        `a transaction was still open after ${timeoutMs} ms at ${late.join(', ')}; requests flow again, nothing was changed; find it in pg_stat_activity (xact_start) and try later`,
      )
    },
    async route(token, route) {
      expectOk(
        await everywhere('/gate/route', { epoch: token, route }),
        `route to the ${route.side} database`,
      )
    },
    async resume(token) {
      expectOk(await everywhere('/gate/resume', { epoch: token }), 'let requests through again')
    },
    async send(token, route) {
      await allTried(
        clients.map(async (client) =>
          expectOk(
            [await call(client, '/gate/send', { epoch: token, route })],
            `send requests to the ${route.side} database`,
          ),
        ),
      )
    },
    async state() {
      const answers = await Promise.all(
        clients.map(async ({ url, http }) => ({ ...(await http.get('/gate')), url })),
      )
      expectOk(answers, 'tell its state')
      return answers.map(({ body }) => ({
        ...(body as unknown as GateState),
        epoch: epochOfToken(Number(body.epoch)),
      }))
    },
    async probe(side, identity) {
      const whom = { ...addressOf(side), ...(identity !== undefined && { identity }) }
      const answers = await Promise.all(
        clients.map(async ({ url, http }) => ({ ...(await http.post('/gate/probe', whom)), url })),
      )
      expectOk(answers, `log in to the ${side} database`)
    },
    async close() {
      for (const { http } of clients) http.close()
    },
  }
}
