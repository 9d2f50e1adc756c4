import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { callOf, keyCalls } from './calls.ts'
import { allowedBy, type Call, type PolicyStatement } from './policy.ts'

/** Who calls: a role under its session. */
export interface Session {
  role: string
  accessKeyId: string
  policy: PolicyStatement[]
}

/**
 * What moto leaves out of IAM, in front of moto, which enforces besides. Found in moto 5.2:
 * - it knows the resource of a call for S3 and SQS only; for all others it is `*`, so that a grant on one table or one
 *   secret is refused, and a grant on every table would pass;
 * - it takes any condition as fulfilled;
 * - it never asks KMS, so that a role without rights on the key reads what is encrypted with it;
 * - it wants `sqs:SendMessageBatch` of a policy, an action that IAM does not have.
 * So moto gets the policies without what it cannot judge ({@link forMoto}), and this judges all of it. It also hands calls
 * of DynamoDB over one by one: moto looks at a condition and writes in two steps, and two writers can both find it true.
 */
export class Iam {
  /** `<role> <sid> <action>` of every grant that a call needed. */
  readonly used = new Set<string>()
  /** Refusals, in AWS's words. */
  readonly refused: string[] = []
  readonly #sessions = new Map<string, Session>()
  readonly #keyOf: (resource: string) => string | undefined
  #address = ''
  #table: Promise<void> = Promise.resolve()

  /** @param keyOf the key that a resource is encrypted with, by ARNs */
  constructor(keyOf: (resource: string) => string | undefined) {
    this.#keyOf = keyOf
  }

  /** Where the SDK sends its calls. */
  get address(): string {
    return this.#address
  }

  admit(session: Session): void {
    this.#sessions.set(session.accessKeyId, session)
  }

  async listen(moto: string): Promise<() => void> {
    const server = createServer((request, response) => this.#take(request, response, new URL(moto)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    this.#address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return () => {
      server.close()
      server.closeAllConnections()
    }
  }

  async #take(request: IncomingMessage, response: ServerResponse, moto: URL): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const refusal = this.#judge(request, body)
    if (refusal) return refuse(request, response, refusal)
    const pass = () => {
      const options = { host: moto.hostname, port: moto.port, method: request.method, path: request.url }
      const passed = forward({ ...options, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      })
      passed.on('error', () => response.destroy())
      passed.end(body)
      return new Promise<void>((resolve) => response.once('close', resolve))
    }
    if (!String(request.headers['x-amz-target']).startsWith('DynamoDB')) return pass()
    // Who crashed while it waited wants nothing any more.
    this.#table = this.#table.then(() => (response.destroyed ? undefined : pass()))
  }

  #judge(request: IncomingMessage, body: Buffer): string | undefined {
    const key = /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? ''
    const session = this.#sessions.get(key)
    if (!session) return `The security token included in the request is invalid: ${key}`
    const call = callOf(request, body)
    const keyArn = this.#keyOf(call.resource)
    for (const each of [call, ...(keyArn ? keyCalls(call, keyArn) : [])]) {
      const by = allowedBy(session.policy, each)
      if (by.length === 0) return this.#refusal(session, each)
      for (const { Sid } of by) this.used.add(`${session.role} ${Sid} ${each.action}`)
    }
    return undefined
  }

  #refusal({ role }: Session, { action, resource }: Call): string {
    const who = `arn:aws:sts::333333333333:assumed-role/${role}/test`
    const words = `User: ${who} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`
    this.refused.push(words)
    return words
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, message: string): void {
  if (request.headers['x-amz-target']) {
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify({ __type: 'AccessDeniedException', message }))
  } else {
    response.writeHead(403, { 'content-type': 'application/xml' })
    response.end(`<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`)
  }
}

const apiNames: Record<string, string[]> = {
  'sqs:SendMessage': ['sqs:SendMessage', 'sqs:SendMessageBatch'],
  'sqs:DeleteMessage': ['sqs:DeleteMessage', 'sqs:DeleteMessageBatch'],
}

/** A policy as moto can judge it; see {@link Iam}. */
export const forMoto = (policy: readonly PolicyStatement[]): PolicyStatement[] =>
  policy.map((statement) => ({
    ...statement,
    Action: statement.Action.flatMap((action) => apiNames[action] ?? [action]),
    Resource: statement.Action.every((action) => /^(s3|sqs):/.test(action)) ? statement.Resource : '*',
  }))
