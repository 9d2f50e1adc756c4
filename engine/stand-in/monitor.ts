/** Registers resources with Pulumi's engine, as a component provider does while it constructs. */

import { credentials } from '@grpc/grpc-js'
import monitorGrpc from '@pulumi/pulumi/proto/resource_grpc_pb.js'
import monitorProto from '@pulumi/pulumi/proto/resource_pb.js'
import type { Child, Registered } from '../awsx-vpc.ts'
import { fromStruct, toStruct, unknown, type WireObject } from './wire.ts'

interface Options {
  custom: boolean
  parent: string
  inputs: WireObject
  dependencies: string[]
  provider: string
  protect?: boolean | undefined
}

export class Monitor {
  readonly #client: monitorGrpc.ResourceMonitorClient
  readonly #preview: boolean

  constructor(address: string, preview: boolean) {
    this.#client = new monitorGrpc.ResourceMonitorClient(address, credentials.createInsecure())
    this.#preview = preview
  }

  close(): void {
    this.#client.close()
  }

  component(
    type: string,
    name: string,
    parent: string,
    dependencies: string[],
    protect?: boolean,
  ): Promise<Registered> {
    return this.#register(type, name, {
      custom: false,
      parent,
      inputs: {},
      dependencies,
      provider: '',
      protect,
    })
  }

  child(
    { type, name, inputs, parent, dependencies }: Child,
    provider: string,
    protect?: boolean,
  ): Promise<Registered> {
    return this.#register(type, name, { custom: true, parent, inputs, dependencies, provider, protect })
  }

  async outputs(urn: string, outputs: WireObject): Promise<void> {
    const request = new monitorProto.RegisterResourceOutputsRequest().setUrn(urn)
    request.setOutputs(toStruct(outputs))
    await new Promise<void>((resolve, reject) =>
      this.#client.registerResourceOutputs(request, (error) => (error ? reject(error) : resolve())),
    )
  }

  async #register(type: string, name: string, options: Options): Promise<Registered> {
    const request = new monitorProto.RegisterResourceRequest()
    request.setType(type)
    request.setName(name)
    request.setParent(options.parent)
    request.setCustom(options.custom)
    request.setObject(toStruct(options.inputs))
    request.setDependenciesList(options.dependencies)
    request.setProvider(options.provider)
    if (options.protect !== undefined) request.setProtect(options.protect)
    request.setAcceptsecrets(true)
    request.setAcceptresources(true)
    request.setSupportspartialvalues(true)
    const response = await new Promise<monitorProto.RegisterResourceResponse>((resolve, reject) =>
      this.#client.registerResource(request, (error, answer) => (error ? reject(error) : resolve(answer))),
    )
    const id = response.getId()
    return {
      urn: response.getUrn(),
      id: id === '' && this.#preview ? unknown : id,
      outputs: fromStruct(response.getObject()),
    }
  }
}
