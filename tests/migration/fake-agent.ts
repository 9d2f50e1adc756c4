import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ExecutionContext } from 'ava'

/** An agent that keeps its acts, and answers pauses as it is told. */
export async function agent(t: ExecutionContext, pauseStatus = 200) {
  const acts: string[] = []
  let highest = 0
  const server: Server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      const { epoch = 0 } = text ? JSON.parse(text) : {}
      const act = request.url?.split('/').at(-1) ?? ''
      const stale = epoch < highest
      if (!stale) {
        highest = epoch
        acts.push(act)
      }
      response.statusCode = stale ? 409 : act === 'pause' ? pauseStatus : 200
      response.end(JSON.stringify({ epoch: highest }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, acts, server }
}
