import { credentials } from '@grpc/grpc-js'
import grpc from '@pulumi/pulumi/proto/callback_grpc_pb.js'
import callbacks, { type Callback } from '@pulumi/pulumi/proto/callback_pb.js'
import proto from '@pulumi/pulumi/proto/resource_pb.js'

/** Runs the transforms that a program registers for its stack, as the engine does: it calls the program back. */
export class Transforms {
  readonly #callbacks: Callback[] = []
  readonly #clients = new Map<string, grpc.CallbacksClient>()

  add(callback: Callback): void {
    this.#callbacks.push(callback)
  }

  /** The request with everything the transforms changed: first those of the resource, then those of the stack. */
  async apply(request: proto.RegisterResourceRequest): Promise<proto.RegisterResourceRequest> {
    for (const callback of [...request.getTransformsList(), ...this.#callbacks]) {
      const response = await this.#call(callback, questionOf(request))
      take(request, response)
    }
    return request
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
  }

  #call(callback: Callback, question: proto.TransformRequest): Promise<proto.TransformResponse> {
    const target = callback.getTarget()
    const client = this.#clients.get(target) ?? new grpc.CallbacksClient(target, credentials.createInsecure())
    this.#clients.set(target, client)
    const message = new callbacks.CallbackInvokeRequest()
    message.setToken(callback.getToken())
    message.setRequest(question.serializeBinary())
    return new Promise((resolve, reject) => {
      client.invoke(message, (error, response) => {
        if (error) reject(new Error(error.details))
        else resolve(proto.TransformResponse.deserializeBinary(response.getResponse_asU8()))
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
