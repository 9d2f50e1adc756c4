import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface FakeComment {
  id: number
  body: string
  html_url: string
  user: { type: string; login: string }
}

/** What GitHub does with one request instead of answering it. */
export type Trouble = (request: {
  method: string
  path: string
  n: number
}) => 'answer' | 'limit' | 'secondary' | 'fail' | 'lose' | undefined

/** The part of GitHub's API that comments take: pages, limits and failures as GitHub has them. */
export class FakeGitHub {
  readonly comments: FakeComment[] = []
  pulls: { number: number; head: { sha: string; label: string } }[] = []
  readonly requests: string[] = []
  trouble: Trouble = () => undefined
  token = 'a token'
  /** GitHub gives at most 100 a page, whatever is asked for. */
  mostPerPage = 100
  #nextId = 1000
  readonly #server: Server
  url = ''

  constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response))
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return this
  }

  close(): Promise<void> {
    this.#server.closeAllConnections()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  add(body: string, type = 'User'): FakeComment {
    const id = this.#nextId++
    const comment = { id, body, html_url: `https://github.example/c/${id}`, user: { type, login: 'someone' } }
    this.comments.push(comment)
    return comment
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url)
    const method = request.method!
    this.requests.push(`${method} ${url.pathname}`)
    let text = ''
    for await (const chunk of request) text += chunk
    const send = (status: number, json: unknown, headers: Record<string, string> = {}) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
      response.end(json === undefined ? undefined : JSON.stringify(json))
    }
    const kind = this.trouble({ method, path: url.pathname, n: this.requests.length })
    if (kind === 'limit')
      return send(
        403,
        { message: 'API rate limit exceeded' },
        { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000)) },
      )
    if (kind === 'secondary')
      return send(403, { message: 'You have exceeded a secondary rate limit' }, { 'retry-after': '1' })
    if (kind === 'fail') return send(502, { message: 'Server Error' })
    if (request.headers.authorization !== `token ${this.token}`)
      return send(401, { message: 'Bad credentials' })
    this.#route(
      method,
      url,
      text ? (JSON.parse(text) as { body: string }) : { body: '' },
      kind === 'lose' ? () => send(502, { message: 'Server Error' }) : send,
    )
  }

  #route(
    method: string,
    url: URL,
    { body }: { body: string },
    send: (status: number, json: unknown, headers?: Record<string, string>) => void,
  ): unknown {
    const one = /\/issues\/comments\/(\d+)$/.exec(url.pathname)
    const at = this.comments.findIndex(({ id }) => id === Number(one?.[1]))
    if (/\/issues\/12\/comments$/.test(url.pathname)) {
      if (method === 'POST') {
        if (body.length > 65_536) return send(422, { message: 'Validation Failed' })
        return send(201, this.add(body, 'Bot'))
      }
      return this.#page(url, this.comments, send)
    }
    if (/\/pulls$/.test(url.pathname)) {
      return this.#page(
        url,
        this.pulls.filter(({ head }) => head.label === url.searchParams.get('head')),
        send,
      )
    }
    if (at < 0) return send(404, { message: 'Not Found' })
    if (method === 'DELETE') {
      this.comments.splice(at, 1)
      return send(204, undefined)
    }
    this.comments[at]!.body = body
    return send(200, this.comments[at])
  }

  #page(
    url: URL,
    all: unknown[],
    send: (status: number, json: unknown, headers?: Record<string, string>) => void,
  ): unknown {
    const size = Math.min(Number(url.searchParams.get('per_page') ?? 30), this.mostPerPage)
    const page = Number(url.searchParams.get('page') ?? 1)
    const next = new URL(url)
    next.searchParams.set('page', String(page + 1))
    const more = all.length > page * size
    return send(
      200,
      all.slice((page - 1) * size, page * size),
      more ? { link: `<${next.href}>; rel="next"` } : {},
    )
  }
}
