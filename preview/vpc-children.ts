import proto from '@pulumi/pulumi/proto/resource_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'
import { type Child, constructVpc } from '../engine/awsx-vpc.ts'
import type { WireObject } from '../engine/stand-in/wire.ts'
import type { RecordedResource } from './recorded.ts'
import { type Inputs, unknownOnTheWire } from './values.ts'

/** The type of what an argument of these names points to. */
export const pointsTo: Record<string, string> = {
  vpcId: 'aws:ec2/vpc:Vpc',
  subnetId: 'aws:ec2/subnet:Subnet',
  subnetIds: 'aws:ec2/subnet:Subnet',
  subnets: 'aws:ec2/subnet:Subnet',
  allocationId: 'aws:ec2/eip:Eip',
  routeTableId: 'aws:ec2/routeTable:RouteTable',
  gatewayId: 'aws:ec2/internetGateway:InternetGateway',
  natGatewayId: 'aws:ec2/natGateway:NatGateway',
}

type Register = (request: proto.RegisterResourceRequest) => Promise<{ urn: string }>

/**
 * Registers what awsx makes for a VPC. In a preview nothing of the component's outputs is known, for all of it hangs
 * on ids.
 */
export async function registerVpcChildren(vpc: RecordedResource, register: Register): Promise<Inputs> {
  const urns: { type: string; urn: string }[] = []
  const outputs = await constructVpc(vpc.name, vpc.urn, vpc.inputs as WireObject, async (child) => {
    const { urn } = await register(requestFor(child, vpc.protect, urns))
    urns.push({ type: child.type, urn })
    return { urn, id: unknownOnTheWire, outputs: { allocationId: unknownOnTheWire } }
  })
  return Object.fromEntries(Object.keys(outputs).map((key) => [key, unknownOnTheWire]))
}

function requestFor(
  { type, name, parent, inputs, dependencies }: Child,
  protect: boolean,
  urns: { type: string; urn: string }[],
): proto.RegisterResourceRequest {
  const request = new proto.RegisterResourceRequest()
  request.setType(type)
  request.setName(name)
  request.setCustom(true)
  request.setParent(parent)
  request.setProtect(protect)
  request.setDependenciesList(dependencies)
  request.setObject(struct.Struct.fromJavaScript(inputs as Record<string, struct.JavaScriptValue>))
  const near = new Set([...dependencies, parent])
  for (const key of Object.keys(inputs)) {
    const candidates = urns.filter((made) => made.type === pointsTo[key])
    const meant = candidates.find(({ urn }) => near.has(urn)) ?? (key === 'vpcId' ? candidates[0] : undefined)
    if (!meant) continue
    const urnsOfKey = new proto.RegisterResourceRequest.PropertyDependencies()
    urnsOfKey.setUrnsList([meant.urn])
    request.getPropertydependenciesMap().set(key, urnsOfKey)
  }
  return request
}
