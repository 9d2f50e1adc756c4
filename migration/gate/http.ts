import { Agent, request } from 'node:http'

export interface Answer {
  status: number
  body: Record<string, unknown>
}

/** JSON over one kept-alive connection: a gate's act must not wait for a new one. */
export function jsonClient(base: string, timeoutMs = 15_000) {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const headers =
        text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }
      const outgoing = request(
        new URL(path, base),
        { method, agent, headers, timeout: timeoutMs },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            try {
              const content = Buffer.concat(chunks).toString()
              resolve({ status: response.statusCode ?? 0, body: content ? JSON.parse(content) : {} })
            } catch {
              reject(new Error(`${method} ${base}${path} did not answer in JSON`))
            }
          })
        },
      )
      outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)))
      outgoing.on('error', (error) => reject(new Error(`${method} ${base}${path}: ${error.message}`)))
      outgoing.end(text)
    })
  return {
    get: (path: string) => call('GET', path),
    post: (path: string, body: object) => call('POST', path, body),
    close: () => agent.destroy(),
  }
}
