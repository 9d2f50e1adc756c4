import type { sendUnaryData } from '@grpc/grpc-js'
import type { Callback, CallbackInvokeResponse } from '@pulumi/pulumi/proto/callback_pb.js'
import proto from '@pulumi/pulumi/proto/resource_pb.js'

/** The program's side of a transform: the handler that the SDK serves over gRPC, called here without the wire. */
export interface CallbackServer {
  invoke(
    call: { request: { getToken(): string; getRequest_asU8(): proto.TransformRequest } },
    reply: sendUnaryData<CallbackInvokeResponse>,
  ): void
}

/** Runs the transforms that a program registers, as the engine does: those of a resource, then those of its stack. */
export class Transforms {
  readonly #ofStack: Callback[] = []
  readonly #server: () => CallbackServer

  constructor(server: () => CallbackServer) {
    this.#server = server
  }

  add(callback: Callback): void {
    this.#ofStack.push(callback)
  }

  /** The request with everything the transforms changed. */
  async apply(request: proto.RegisterResourceRequest): Promise<proto.RegisterResourceRequest> {
    for (const callback of [...request.getTransformsList(), ...this.#ofStack]) {
      take(request, await this.#call(callback, questionOf(request)))
    }
    return request
  }

  /** Under `passMessagesAsTheyAre`: in the place of their bytes both sides take the messages. */
  #call(callback: Callback, question: proto.TransformRequest): Promise<proto.TransformResponse> {
    const request = {
      getToken: () => callback.getToken(),
      getRequest_asU8: () => question,
    }
    return new Promise((resolve, reject) => {
      this.#server().invoke({ request }, (error, response) => {
        if (response) resolve(response.getResponse() as unknown as proto.TransformResponse)
        else
          reject(
            new Error(error && 'details' in error && error.details ? error.details : 'a transform failed'),
          )
      })
    })
  }
}

function questionOf(request: proto.RegisterResourceRequest): proto.TransformRequest {
  const options = new proto.TransformResourceOptions()
  options.setDependsOnList(request.getDependenciesList())
  if (request.hasProtect()) options.setProtect(request.getProtect() ?? false)
  options.setIgnoreChangesList(request.getIgnorechangesList())
  options.setReplaceOnChangesList(request.getReplaceonchangesList())
  options.setAliasesList(request.getAliasesList())
  const question = new proto.TransformRequest()
  question.setType(request.getType())
  question.setName(request.getName())
  question.setCustom(request.getCustom())
  question.setParent(request.getParent())
  question.setProperties(request.getObject())
  question.setOptions(options)
  return question
}

function take(request: proto.RegisterResourceRequest, response: proto.TransformResponse): void {
  const options = response.getOptions()
  if (response.hasProperties()) request.setObject(response.getProperties())
  if (!options) return
  if (options.hasProtect()) request.setProtect(options.getProtect() ?? false)
  request.setIgnorechangesList(options.getIgnoreChangesList())
  request.setReplaceonchangesList(options.getReplaceOnChangesList())
  request.setDependenciesList(options.getDependsOnList())
}
