import type { ServiceError, sendUnaryData } from '@grpc/grpc-js'
import type { Callback } from '@pulumi/pulumi/proto/callback_pb.js'
import proto from '@pulumi/pulumi/proto/resource_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'
import { autonamed } from './autonames.ts'
import type { Invokes } from './invokes.ts'
import type { RecordedResource, Recording } from './recorded.ts'
import { type CallbackServer, Transforms } from './transforms.ts'
import { stackType, urnOf } from './urn.ts'
import { type Inputs, type plain, plainFields, unwrapped } from './values.ts'
import { registerVpcChildren } from './vpc-children.ts'

/** What AWS has decided of a resource already, such as an ARN; otherwise it is unknown, as before a first `up`. */
export type Known = (type: string, inputs: Inputs) => Inputs

type Reply<Message> = sendUnaryData<Message>

const features = new Set([
  'secrets',
  'resourceReferences',
  'outputValues',
  'aliasSpecs',
  'deletedWith',
  'replaceWith',
  'transforms',
])

/** Answers a request, or fails it with the message of what was thrown. */
function answer<Message>(reply: Reply<Message>, work: () => Message | Promise<Message>): void {
  Promise.resolve()
    .then(work)
    .then(
      (message) => reply(null, message),
      (error: Error) =>
        reply({ message: error.message, details: error.message, code: 2 } as ServiceError, null),
    )
}

/**
 * The engine's side of a preview, in this process: it takes what a program registers as the engine would, keeps all
 * of it, and answers what a first `up` could know — the inputs, and nothing that AWS decides.
 */
export class RecordingMonitor {
  readonly recording: Recording = { resources: [], outputs: {}, componentOutputs: {}, warnings: [] }
  readonly #stack: string
  readonly #invokes: Invokes
  readonly #known: Known
  readonly #transforms: Transforms
  readonly #urns = new Set<string>()

  constructor(
    stack: string,
    invokes: Invokes,
    callbackServer: () => CallbackServer,
    known: Known = () => ({}),
  ) {
    this.#transforms = new Transforms(callbackServer)
    this.#stack = stack
    this.#invokes = invokes
    this.#known = known
  }

  supportsFeature(request: proto.SupportsFeatureRequest, reply: Reply<proto.SupportsFeatureResponse>): void {
    answer(reply, () => new proto.SupportsFeatureResponse().setHassupport(features.has(request.getId())))
  }

  registerStackTransform(request: Callback, reply: Reply<empty.Empty>): void {
    answer(reply, () => {
      this.#transforms.add(request)
      return new empty.Empty()
    })
  }

  registerResource(
    request: proto.RegisterResourceRequest,
    reply: Reply<proto.RegisterResourceResponse>,
  ): void {
    answer(reply, async () => {
      const { urn, state } = await this.#register(request)
      const response = new proto.RegisterResourceResponse()
      response.setUrn(urn)
      response.setObject(struct.Struct.fromJavaScript(state as Record<string, struct.JavaScriptValue>))
      return response
    })
  }

  registerResourceOutputs(request: proto.RegisterResourceOutputsRequest, reply: Reply<empty.Empty>): void {
    answer(reply, () => {
      const outputs = plainFields(request.getOutputs()?.toJavaScript() ?? {})
      const urn = request.getUrn()
      if (urn.split('::')[2] === stackType) this.recording.outputs = outputs
      else if (Object.keys(outputs).length > 0) this.recording.componentOutputs[urn] = outputs
      return new empty.Empty()
    })
  }

  readResource(request: proto.ReadResourceRequest, reply: Reply<proto.ReadResourceResponse>): void {
    answer(reply, () => {
      const response = new proto.ReadResourceResponse()
      response.setUrn(urnOf(this.#stack, request.getType(), request.getName(), request.getParent()))
      response.setProperties(
        struct.Struct.fromJavaScript(
          this.#invokes.read(request.getType(), request.getId()) as Record<string, struct.JavaScriptValue>,
        ),
      )
      return response
    })
  }

  invoke(request: proto.ResourceInvokeRequest, reply: Reply<InvokeResponse>): void {
    answer(reply, () => {
      const args = plainFields(request.getArgs()?.toJavaScript() ?? {})
      const result = struct.Struct.fromJavaScript(
        this.#invokes.invoke(request.getTok(), args) as Record<string, struct.JavaScriptValue>,
      )
      return { getFailuresList: () => [], getReturn: () => result }
    })
  }

  signalAndWaitForShutdown(_: empty.Empty, reply: Reply<empty.Empty>): void {
    reply(null, new empty.Empty())
  }

  /** Registers one resource, and those a remote component makes; the state is what its outputs resolve to. */
  async #register(original: proto.RegisterResourceRequest): Promise<{ urn: string; state: Inputs }> {
    const request = await this.#transforms.apply(original)
    const type = request.getType()
    const name = request.getName()
    const urn = urnOf(this.#stack, type, name, request.getParent())
    if (this.#urns.has(urn)) throw new Error(`${name} (${type}) is registered twice: ${urn}`)
    this.#urns.add(urn)

    const wire = (request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>
    const inputs = request.getRemote() ? plainFields(unwrapped(wire) as Inputs) : plainFields(wire)
    const named = autonamed(type, name, urn, inputs)
    const recorded = recordOf(request, urn, named)
    this.recording.resources.push(recorded)

    if (request.getRemote()) {
      if (type !== 'awsx:ec2:Vpc') throw new Error(`${name}: the offline preview cannot construct ${type}`)
      return { urn, state: await registerVpcChildren(recorded, (child) => this.#register(child)) }
    }
    const added = Object.entries(named).filter(([key]) => !(key in inputs))
    return { urn, state: { ...(wire as Inputs), ...Object.fromEntries(added), ...this.#known(type, named) } }
  }
}

interface InvokeResponse {
  getFailuresList(): never[]
  getReturn(): struct.Struct
}

function recordOf(request: proto.RegisterResourceRequest, urn: string, inputs: Inputs): RecordedResource {
  const timeouts = request.getCustomtimeouts()
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    parent: request.getParent(),
    custom: request.getCustom(),
    protect: request.getProtect() ?? false,
    ignoreChanges: request.getIgnorechangesList(),
    dependencies: request.getDependenciesList().toSorted(),
    propertyDependencies: Object.fromEntries(
      request
        .getPropertydependenciesMap()
        .toArray()
        .map(([key, list]) => [key, (list as unknown as [string[]])[0] ?? []]),
    ),
    aliases: request.getAliasesList().map((alias) => alias.getUrn() || alias.getSpec()?.getName() || ''),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    replaceOnChanges: request.getReplaceonchangesList(),
    retainOnDelete: request.getRetainondelete() ?? false,
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: {
      create: timeouts?.getCreate() ?? '',
      update: timeouts?.getUpdate() ?? '',
      delete: timeouts?.getDelete() ?? '',
    },
    inputs: inputs as ReturnType<typeof plain> & Inputs,
  }
}
