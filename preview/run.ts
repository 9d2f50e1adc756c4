import type { ResourceTransformation } from '@pulumi/pulumi'
import engine from '@pulumi/pulumi/proto/engine_pb.js'
import * as runtime from '@pulumi/pulumi/runtime/index.js'
import * as state from '@pulumi/pulumi/runtime/state.js'
import { jsonSource } from '../components/json.ts'
import { project } from '../settings.ts'
import { type Invokes, invokesOf, type World } from './invokes.ts'
import { passMessagesAsTheyAre } from './messages.ts'
import { type Known, RecordingMonitor } from './monitor.ts'
import type { Recording } from './recorded.ts'
import type { CallbackServer } from './transforms.ts'
import { type Json, plain } from './values.ts'

export type Program = () => unknown

export interface RunOptions extends World {
  stack: string
  /** The stack's configuration, as in its file, every value as text. */
  config: Record<string, string>
  /** Default: nothing is known that only AWS decides. */
  known?: Known | undefined
}

/** Runs end one after the other: the SDK keeps what is unhandled for the whole process. */
let last: Promise<unknown> = Promise.resolve()

/** Runs a program in this process as a preview of a first `up`, and returns all it registered. */
export function recordProgram(program: Program, options: RunOptions): Promise<Recording> {
  const run = last.then(() => inItsOwnStore(() => runOnce(program, options)))
  last = run.catch(() => undefined)
  return run
}

/** The SDK's own isolation between programs of the Automation API; not part of its public types. */
const { withLocalStorage, getStore } = state as unknown as {
  withLocalStorage<Result>(callback: () => Promise<Result>): Promise<Result>
  getStore(): { settings: { engine: unknown }; callbacks: CallbackServer }
}
const inItsOwnStore = withLocalStorage

/**
 * Where the SDK keeps a program's store: by itself in an AsyncLocalStorage, for which Node follows every promise. One
 * program at a time runs here, so a variable does.
 */
let storeOfRun: unknown
Object.assign(globalThis, {
  asyncLocalStorage: {
    getStore: () => storeOfRun,
    async run<Result>(store: unknown, callback: () => Promise<Result>): Promise<Result> {
      storeOfRun = store
      try {
        return await callback()
      } finally {
        storeOfRun = undefined
      }
    },
  },
})

async function runOnce(program: Program, options: RunOptions): Promise<Recording> {
  const { stack, config } = options
  const invokes: Invokes = invokesOf(options)
  const monitor = new RecordingMonitor(stack, invokes, () => getStore().callbacks, options.known)
  const errors: Error[] = []
  const release = takeUnhandled(errors)
  const mapped = withoutStackTraces()
  const wire = passMessagesAsTheyAre()
  try {
    runtime.setMockOptions(monitor as never, project, stack, true, 'organization')
    runtime.setAllConfig(config)
    getStore().settings.engine = engineOf(monitor.recording, errors)
    const partial = new Map<string, Promise<Json>>()
    await runtime.runInPulumiStack(async () => {
      runtime.registerStackTransformation(noteJson(partial))
      return program()
    })
    await runtime.disconnect()
    await fillJson(monitor.recording, partial)
  } catch (error) {
    errors.unshift(error as Error)
    await runtime.disconnect().catch(() => undefined)
  } finally {
    await oneTurn()
    release()
    mapped()
    wire()
  }
  if (errors[0]) throw errors[0]
  monitor.recording.resources.sort((a, b) => (a.urn < b.urn ? -1 : 1))
  return monitor.recording
}

/**
 * The SDK writes a stack trace for every promise it makes, thousands a run, which takes longer than all the rest. They
 * are not written while a program runs; those of errors that come out of it are written when somebody reads them.
 */
function withoutStackTraces(): () => void {
  const before = Error.prepareStackTrace
  const limit = Error.stackTraceLimit
  Error.prepareStackTrace = (error) => String(error)
  Error.stackTraceLimit = framesKept
  return () => {
    Error.stackTraceLimit = limit
    if (before) Error.prepareStackTrace = before
    else Reflect.deleteProperty(Error, 'prepareStackTrace')
  }
}

/** Enough to find where a component threw. */
const framesKept = 2

/** Rejections that nobody handled are told when a turn of the event loop ends. */
const oneTurn = () => new Promise((resolve) => setImmediate(resolve))

/** The SDK lets failures of single resources surface as unhandled rejections; while a program runs they are its. */
function takeUnhandled(errors: Error[]): () => void {
  const events = ['unhandledRejection', 'uncaughtException'] as const
  const others = events.map((event) => process.rawListeners(event))
  const collect = (error: unknown) => {
    const each = error instanceof Error ? error : new Error(String(error))
    if (!errors.includes(each)) errors.push(each)
  }
  for (const event of events) process.removeAllListeners(event).on(event, collect)
  return () => {
    events.forEach((event, index) => {
      process.removeAllListeners(event)
      for (const listener of others[index]!) process.on(event, listener as never)
    })
  }
}

/** What the program logs: warnings are kept, errors end the run. */
function engineOf(recording: Recording, errors: Error[]) {
  type Reply = (error: null, response: object) => void
  const agree = (_: unknown, reply: Reply) => reply(null, {})
  return {
    log(request: { getSeverity(): number; getMessage(): string }, reply: Reply) {
      if (request.getSeverity() === engine.LogSeverity.WARNING) recording.warnings.push(request.getMessage())
      if (request.getSeverity() === engine.LogSeverity.ERROR) errors.push(new Error(request.getMessage()))
      reply(null, {})
    },
    setRootResource: agree,
    getRootResource: agree,
    requirePulumiVersion: agree,
    close: () => undefined,
  }
}

const key = (type: string, name: string, argument: string) => JSON.stringify([type, name, argument])

/** Keeps what the JSON arguments of each resource are made from, since the text itself is often unknown. */
const noteJson =
  (partial: Map<string, Promise<Json>>): ResourceTransformation =>
  ({ type, name, props }) => {
    for (const [argument, value] of Object.entries(props)) {
      const source = typeof value === 'object' && value !== null ? jsonSource(value) : undefined
      if (source === undefined) continue
      const written = runtime.serializeProperty(argument, opened(source), new Set(), {
        keepOutputValues: false,
      })
      partial.set(
        key(type, name, argument),
        written.then((value) => closed(plain(value))),
      )
    }
    return undefined
  }

const inner = '<json>'

/** A text inside a text is made from something too, such as a variable of a container: keeps it open … */
function opened(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const source = jsonSource(value)
  if (source !== undefined) return { [inner]: opened(source) }
  if (Array.isArray(value)) return value.map(opened)
  if (Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, opened(each)]))
}

/** … and makes the text of it. */
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed)
  if (typeof value !== 'object' || value === null) return value
  if (inner in value) return JSON.stringify(closed(value[inner] as Json))
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closed(each)]))
}

async function fillJson({ resources }: Recording, partial: Map<string, Promise<Json>>): Promise<void> {
  for (const { type, name, inputs } of resources) {
    for (const argument of Object.keys(inputs)) {
      const source = partial.get(key(type, name, argument))
      if (source) inputs[argument] = JSON.stringify(await source)
    }
  }
}
