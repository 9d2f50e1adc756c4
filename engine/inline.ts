/** Serves a program that runs in this process to Pulumi's engine, as the Automation API does. */

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
  try {
    return await act(`--client=127.0.0.1:${port}`)
  } finally {
    server.forceShutdown()
  }
}
