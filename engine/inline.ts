/** Serves a program that runs in this process to Pulumi's engine, as the Automation API does. */

import '../preview/lean.ts'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import type { PulumiFn } from '@pulumi/pulumi/automation/index.js'
import * as automation from '@pulumi/pulumi/automation/server.js'
import languageGrpc from '@pulumi/pulumi/proto/language_grpc_pb.js'

// The class is exported, its type is not.
const { LanguageServer } = automation as unknown as { LanguageServer: new (program: PulumiFn) => object }

/**
 * Runs `act` with the flag that tells the CLI where the program is served.
 * The Automation API itself asks the CLI four more questions a run; with hundreds of runs that is minutes.
 */
export const serveProgram = async <R>(
  program: PulumiFn,
  act: (clientFlag: string) => Promise<R>,
): Promise<R> => {
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const service = languageGrpc.LanguageRuntimeService as unknown as Parameters<Server['addService']>[0]
  server.addService(service, new LanguageServer(program) as never)
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  )
  const { stackTraceLimit, prepareStackTrace } = Error
  // The SDK notes a stack trace with every promise and resource; through source maps that is half the time of a run.
  Error.stackTraceLimit = 0
  Error.prepareStackTrace = String
  const giveBack = takeUnhandled()
  try {
    return await act(`--client=127.0.0.1:${port}`)
  } finally {
    await new Promise((resolve) => setImmediate(resolve))
    giveBack()
    Object.assign(Error, { stackTraceLimit, prepareStackTrace })
    server.forceShutdown()
  }
}

/**
 * A program that is refused leaves rejections behind that nobody handles. The SDK's server listens for them and
 * tells the engine; whoever else listens, such as a test runner, would take them for its own.
 */
const takeUnhandled = (): (() => void) => {
  const events = ['unhandledRejection', 'uncaughtException'] as const
  const others = events.map((event) => process.rawListeners(event))
  const ignore = () => {}
  for (const event of events) process.removeAllListeners(event).on(event, ignore)
  return () =>
    events.forEach((event, i) => {
      process.off(event, ignore)
      for (const listener of others[i]!) process.on(event, listener as () => void)
    })
}
