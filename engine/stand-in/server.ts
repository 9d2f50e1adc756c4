/** Serves the stand-ins for `aws` and `awsx` to Pulumi's engine over gRPC, on 127.0.0.1. */

import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js'
import pluginProto from '@pulumi/pulumi/proto/plugin_pb.js'
import providerGrpc from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import proto from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { constructVpc } from '../awsx-vpc.ts'
import { Aws, configOf, type Target } from './aws.ts'
import type { Failure } from './check-inputs.ts'
import { Monitor } from './monitor.ts'
import { fromStruct, plain, plainObject, toStruct } from './wire.ts'
import { World } from './world.ts'

type Call<Q> = ServerUnaryCall<Q, unknown>
/** The account of a program that does not say which it allows. */
const anyAccount = '123456789012'

const failuresOf = (failures: Failure[]) =>
  failures.map(({ property, reason }) => new proto.CheckFailure().setProperty(property).setReason(reason))

const targetOf = (request: { getUrn(): string; getType(): string; getName(): string }): Target => {
  const parts = request.getUrn().split('::')
  return {
    urn: request.getUrn(),
    token: request.getType() || parts[2]!.split('$').at(-1)!,
    name: request.getName() || parts.slice(3).join('::'),
  }
}

/** One handler of the service: an exception becomes the error that the engine shows. */
const answer =
  <Q, A>(act: (request: Q, peer: string) => A | Promise<A>) =>
  (call: Call<Q>, reply: sendUnaryData<A>): void => {
    Promise.resolve()
      .then(() => act(call.request, call.getPeer()))
      .then(
        (made) => reply(null, made),
        (error: Error) =>
          reply({ code: status.UNKNOWN, details: error.message, name: error.name, message: error.message }),
      )
  }

const nothing = answer(() => new empty.Empty())
const info = answer(() => new pluginProto.PluginInfo().setVersion('0.0.0'))
const handshake = answer(() =>
  new proto.ProviderHandshakeResponse()
    .setAcceptSecrets(true)
    .setAcceptResources(true)
    .setAcceptOutputs(false),
)
const configured = () =>
  new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true).setAcceptresources(true)

/** Each provider instance of a program has a connection of its own; that is how its region is known. */
const awsService = (world: World) => {
  const instances = new Map<string, Aws>()
  const fallback = new Aws(world, { region: 'us-east-1', accountId: anyAccount })
  const of = (peer: string) => instances.get(peer) ?? fallback
  return {
    handshake,
    attach: nothing,
    cancel: nothing,
    getPluginInfo: info,
    checkConfig: answer((q: proto.CheckRequest) =>
      new proto.CheckResponse()
        .setInputs(q.getNews())
        .setFailuresList(failuresOf(fallback.checkConfig(fromStruct(q.getNews())))),
    ),
    diffConfig: answer((q: proto.DiffRequest) => {
      const [old, now] = [plainObject(fromStruct(q.getOldInputs())), plainObject(fromStruct(q.getNews()))]
      const moved = old.region !== undefined && old.region !== now.region
      const kinds = proto.DiffResponse.DiffChanges
      const same = JSON.stringify(old) === JSON.stringify(now)
      return new proto.DiffResponse()
        .setReplacesList(moved ? ['region'] : [])
        .setChanges(same ? kinds.DIFF_NONE : kinds.DIFF_SOME)
    }),
    configure: answer((q: proto.ConfigureRequest, peer) => {
      const { region, allowedAccountIds } = configOf(fromStruct(q.getArgs()))
      const allowed = Array.isArray(allowedAccountIds) ? allowedAccountIds.map(String) : []
      const place = {
        region: typeof region === 'string' ? region : 'us-east-1',
        accountId: allowed[0] ?? anyAccount,
      }
      instances.set(peer, new Aws(world, place))
      return configured()
    }),
    check: answer((q: proto.CheckRequest, peer) => {
      const target = targetOf(q)
      const seed = Buffer.from(q.getRandomseed_asU8()).toString('hex') || target.urn
      const { inputs, failures } = of(peer).check(
        target,
        fromStruct(q.getNews()),
        fromStruct(q.getOlds()),
        seed,
      )
      return new proto.CheckResponse().setInputs(toStruct(inputs)).setFailuresList(failuresOf(failures))
    }),
    diff: answer((q: proto.DiffRequest, peer) => {
      const found = of(peer).diff(targetOf(q), fromStruct(q.getOldInputs()), fromStruct(q.getNews()))
      const kinds = proto.DiffResponse.DiffChanges
      const response = new proto.DiffResponse()
        .setReplacesList(found.replaces)
        .setDiffsList([...new Set([...found.changes.keys()].map((path) => path.split(/[.[]/)[0]!))])
        .setChanges(found.changes.size === 0 ? kinds.DIFF_NONE : kinds.DIFF_SOME)
        .setDeletebeforereplace(found.deleteBeforeReplace)
        .setHasdetaileddiff(true)
      for (const [path, change] of found.changes) {
        const forces = found.replaces.includes(path.split(/[.[]/)[0]!)
        const name = `${change.toUpperCase()}${forces ? '_REPLACE' : ''}` as 'ADD'
        const one = new proto.PropertyDiff().setKind(proto.PropertyDiff.Kind[name]).setInputdiff(true)
        response.getDetaileddiffMap().set(path, one)
      }
      return response
    }),
    create: answer((q: proto.CreateRequest, peer) => {
      const made = of(peer).create(targetOf(q), fromStruct(q.getProperties()), q.getPreview())
      return new proto.CreateResponse().setId(made.id).setProperties(toStruct(made.outputs))
    }),
    update: answer((q: proto.UpdateRequest, peer) =>
      new proto.UpdateResponse().setProperties(
        toStruct(
          of(peer).update(
            targetOf(q),
            q.getId(),
            fromStruct(q.getOlds()),
            fromStruct(q.getNews()),
            q.getPreview(),
          ),
        ),
      ),
    ),
    read: answer((q: proto.ReadRequest, peer) => {
      const found = of(peer).read(targetOf(q), q.getId(), fromStruct(q.getProperties()))
      return new proto.ReadResponse()
        .setId(found.id)
        .setProperties(toStruct(found.outputs))
        .setInputs(toStruct(found.inputs))
    }),
    delete: answer((q: proto.DeleteRequest, peer) => {
      of(peer).delete(targetOf(q), q.getId(), fromStruct(q.getProperties()))
      return new empty.Empty()
    }),
    invoke: answer((q: proto.InvokeRequest, peer) =>
      new proto.InvokeResponse().setReturn(toStruct(of(peer).invoke(q.getTok(), fromStruct(q.getArgs())))),
    ),
  }
}

const construct = answer(async (q: proto.ConstructRequest) => {
  if (q.getType() !== 'awsx:ec2:Vpc')
    throw new Error(`the stand-in for awsx makes awsx:ec2:Vpc only, not ${q.getType()}`)
  const monitor = new Monitor(q.getMonitorendpoint(), q.getDryrun())
  try {
    const protect = q.hasProtect() ? q.getProtect() : undefined
    const provider = q.getProvidersMap().get('aws') ?? ''
    const self = await monitor.component(
      q.getType(),
      q.getName(),
      q.getParent(),
      q.getDependenciesList(),
      protect,
    )
    const args = Object.fromEntries(
      Object.entries(plainObject(fromStruct(q.getInputs()))).filter(([, value]) => plain(value) !== null),
    )
    const state = await constructVpc(q.getName(), self.urn, args, (child) =>
      monitor.child(child, provider, protect),
    )
    await monitor.outputs(self.urn, state)
    return new proto.ConstructResponse().setUrn(self.urn).setState(toStruct(state))
  } finally {
    monitor.close()
  }
})

const awsxService = () => ({
  handshake,
  attach: nothing,
  cancel: nothing,
  getPluginInfo: info,
  checkConfig: answer((q: proto.CheckRequest) => new proto.CheckResponse().setInputs(q.getNews())),
  diffConfig: answer(() => new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE)),
  configure: answer(configured),
  construct,
})

export interface StandIn {
  world: World
  /** For PULUMI_DEBUG_PROVIDERS: `aws:PORT,awsx:PORT`. */
  debugProviders: string
  /** A parameter in SSM that somebody else made, a hold for instance. Returns what deletes it. */
  putParameter(region: string, name: string, value: string): () => void
  close(): void
}

const listen = (handlers: object): Promise<{ server: Server; port: number }> => {
  const server = new Server({ 'grpc.max_receive_message_length': -1 })
  const service = providerGrpc.ResourceProviderService as unknown as Parameters<Server['addService']>[0]
  server.addService(service, handlers as never)
  return new Promise((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve({ server, port }),
    ),
  )
}

/** Starts both stand-ins with a world of their own. */
export const startStandIn = async (): Promise<StandIn> => {
  const world = new World()
  const aws = await listen(awsService(world))
  const awsx = await listen(awsxService())
  return {
    world,
    debugProviders: `aws:${aws.port},awsx:${awsx.port}`,
    putParameter(region, name, value) {
      const token = 'aws:ssm/parameter:Parameter'
      const inputs = { name, value }
      const thing = {
        token,
        urn: '',
        id: name,
        arn: '',
        region,
        accountId: anyAccount,
        inputs,
        outputs: inputs,
      }
      world.put(thing)
      return () => world.remove(thing)
    },
    close() {
      aws.server.forceShutdown()
      awsx.server.forceShutdown()
    },
  }
}
