import { Agent, request } from 'node:http'
import { Agent as TlsAgent, request as tlsRequest } from 'node:https'
import {
  freshNonce,
  nonceHeader,
  sameSignature,
  signAnswer,
  signatureHeader,
  signRequest,
} from './signature.ts'

export interface Answer {
  status: number
  body: Record<string, unknown>
}

export interface JsonClientOptions {
  timeoutMs?: number
  /** Signs what is asked, and proves who answers. */
  key?: string | undefined
}

/** JSON over one kept-alive connection: a gate's act must not wait for a new one. */
export function jsonClient(base: string, { timeoutMs = 15_000, key }: JsonClientOptions = {}) {
  const keepAlive = { keepAlive: true, maxSockets: 2 }
  const secure = base.startsWith('https:')
  if (secure && !key) throw new Error(`${base}: over TLS a gate is known by its key`)
  // An agent is reached by its task's address, which no certificate names: its signature says that it is the one.
  const agent = secure ? new TlsAgent({ ...keepAlive, rejectUnauthorized: false }) : new Agent(keepAlive)
  const send = secure ? tlsRequest : request

  const call = (method: string, path: string, body?: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body)
      const nonce = freshNonce()
      const headers = {
        ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...(key && { [nonceHeader]: nonce, [signatureHeader]: signRequest(key, nonce, method, path, text) }),
      }
      const outgoing = send(
        new URL(path, base),
        { method, agent, headers, timeout: timeoutMs },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const content = Buffer.concat(chunks).toString()
            const status = response.statusCode ?? 0
            if (key) {
              const signed = response.headers[signatureHeader]
              if (!sameSignature(signAnswer(key, nonce, status, content), signed))
                return reject(
                  new Error(
                    `${method} ${base}${path}: ${status}, not signed with the key of the agents: it is another server, or has another key`,
                  ),
                )
            }
            try {
              resolve({ status, body: content ? JSON.parse(content) : {} })
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
