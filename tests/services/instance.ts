import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import type { ExecutionContext } from 'ava'

/** What Lambda does with a bundle: import it once, then hand over one event after the other. */
const runtime = `
const fail = ({ name, message }) => ({ error: { name, message } })
let handler
try { ({ handler } = await import(process.env.BUNDLE)); process.send({ ready: true }) }
catch (error) { process.send({ ready: false, ...fail(error) }) }
process.on('message', async ({ id, event, remainingMs }) => {
  const end = Date.now() + remainingMs
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, functionVersion: '$LATEST', memoryLimitInMB: '512',
    invokedFunctionArn: 'arn:aws:lambda:eu-central-1:333333333333:function:' + process.env.AWS_LAMBDA_FUNCTION_NAME,
    awsRequestId: 'request-' + id, getRemainingTimeInMillis: () => end - Date.now(),
  }
  try { process.send({ id, result: (await handler(event, context)) ?? null }) }
  catch (error) { process.send({ id, ...fail(error) }) }
})`

interface Answer {
  id?: number
  ready?: boolean
  result?: unknown
  error?: { name: string; message: string }
}

/** A function instance: a process of its own that runs the real bundle, with the real environment and nothing else. */
export class Instance {
  readonly #child: ChildProcess
  readonly #answers = new Map<number, (answer: Answer) => void>()
  #output = ''
  #last = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (answer: Answer) => this.#answers.get(answer.id ?? 0)?.(answer))
    for (const stream of [child.stdout!, child.stderr!])
      stream.on('data', (chunk) => {
        this.#output += chunk
      })
  }

  /** @throws what the module threw while it was imported */
  static async start(
    t: Pick<ExecutionContext, 'teardown'>,
    bundle: string,
    environment: Record<string, string>,
  ): Promise<Instance> {
    const child = spawn(process.execPath, ['--input-type=module', '-e', runtime], {
      env: {
        AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
        BUNDLE: pathToFileURL(bundle).href,
        AWS_LAMBDA_FUNCTION_NAME: 'tested',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    t.teardown(() => child.kill('SIGKILL'))
    const instance = new Instance(child)
    const { error } = await instance.#answer(0)
    if (error) throw Object.assign(new Error(error.message), { name: error.name })
    return instance
  }

  /** What it printed. */
  get output(): string {
    return this.#output
  }

  /** @throws what the handler threw */
  async invoke<Result>(event: unknown, remainingMs = 60_000): Promise<Result> {
    const id = ++this.#last
    const answer = this.#answer(id)
    this.#child.send({ id, event, remainingMs })
    const { result, error } = await answer
    if (error) throw Object.assign(new Error(error.message), { name: error.name })
    return result as Result
  }

  /** At once, in the middle of whatever it does. */
  async crash(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }

  #answer(id: number): Promise<Answer> {
    return new Promise((resolve) => {
      const ended = (code: number | null) =>
        resolve({ error: { name: 'Crash', message: `the instance ended (${code}):\n${this.#output}` } })
      this.#child.once('exit', ended)
      this.#answers.set(id, (answer) => {
        this.#child.off('exit', ended)
        resolve(answer)
      })
    })
  }
}
