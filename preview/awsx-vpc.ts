import proto from '@pulumi/pulumi/proto/resource_pb.js'
import struct from 'google-protobuf/google/protobuf/struct_pb.js'
import type { RecordedResource } from './recorded.ts'
import { type Inputs, type Json, unknownOnTheWire } from './values.ts'

interface SubnetSpec {
  type: 'Public' | 'Private' | 'Isolated' | 'Unused'
  name?: string
  cidrBlocks: string[]
  tags?: Record<string, string>
}

interface VpcInputs {
  availabilityZoneNames: string[]
  cidrBlock: string
  natGateways?: { strategy: 'None' | 'Single' | 'OnePerAz'; elasticIpAllocationIds?: string[] }
  subnetSpecs: SubnetSpec[]
  tags?: Record<string, string>
}

/** Everything a preview knows of the component's outputs: nothing, for all of it hangs on ids. */
const outputs = [
  'eips',
  'internetGateway',
  'isolatedSubnetIds',
  'isolatedSubnets',
  'natGateways',
  'privateSubnetIds',
  'privateSubnets',
  'publicSubnetIds',
  'publicSubnets',
  'routeTableAssociations',
  'routeTables',
  'routes',
  'subnetLayout',
  'subnets',
  'vpc',
  'vpcEndpoints',
  'vpcId',
]

type Register = (request: proto.RegisterResourceRequest) => Promise<{ urn: string }>

const order = { Public: 0, Private: 1, Isolated: 2, Unused: 3 }

/**
 * Answers the construction of an awsx.ec2.Vpc whose subnets have explicit blocks: registers the children that
 * awsx 3.9 makes, with its names, parents and inputs (awsx/ec2/vpc.ts), and returns the component's state.
 */
export async function constructVpc(vpc: RecordedResource, register: Register): Promise<Inputs> {
  const { availabilityZoneNames, cidrBlock, natGateways, subnetSpecs, tags, ...rest } =
    vpc.inputs as unknown as VpcInputs & Inputs
  const explicit = subnetSpecs?.every(
    ({ cidrBlocks }) => cidrBlocks?.length === availabilityZoneNames?.length,
  )
  if (!availabilityZoneNames || !explicit) {
    throw new Error(
      `${vpc.name}: give availabilityZoneNames, and cidrBlocks for each zone in every subnet spec`,
    )
  }
  const name = vpc.name
  const shared = { Name: name, ...tags }
  const id = unknownOnTheWire
  const strategy = natGateways?.strategy ?? 'OnePerAz'

  const child = async (
    type: string,
    childName: string,
    inputs: Record<string, unknown>,
    parent: string,
    from: Inputs = {},
  ) => {
    const request = new proto.RegisterResourceRequest()
    request.setType(type)
    request.setName(childName)
    request.setCustom(true)
    request.setParent(parent)
    request.setProtect(vpc.protect)
    request.setDependenciesList((from.dependencies as string[]) ?? [parent])
    request.setObject(struct.Struct.fromJavaScript(inputs as Record<string, struct.JavaScriptValue>))
    return (await register(request)).urn
  }

  const { subnetStrategy: _, ...passed } = rest
  const inner = await child(
    'aws:ec2/vpc:Vpc',
    name,
    { enableDnsSupport: true, ...passed, cidrBlock, tags: shared },
    vpc.urn,
    { dependencies: [] },
  )
  const gateway = await child(
    'aws:ec2/internetGateway:InternetGateway',
    name,
    { vpcId: id, tags: shared },
    inner,
  )
  let gateways = 0

  for (const [zone, zoneName] of availabilityZoneNames.entries()) {
    const specs = subnetSpecs
      .filter(({ type }) => type !== 'Unused')
      .toSorted((a, b) => order[a.type] - order[b.type])
    for (const spec of specs) {
      const subnetName = `${name}-${spec.name ?? spec.type.toLowerCase()}-${zone + 1}`
      const subnetTags = { ...shared, ...spec.tags, Name: subnetName, SubnetType: spec.type }
      const isPublic = spec.type === 'Public'
      const subnet = await child(
        'aws:ec2/subnet:Subnet',
        subnetName,
        {
          vpcId: id,
          availabilityZone: zoneName,
          mapPublicIpOnLaunch: isPublic,
          cidrBlock: spec.cidrBlocks[zone],
          assignIpv6AddressOnCreation: false,
          tags: subnetTags,
        },
        inner,
      )
      const tableTags = { ...shared, Name: subnetName, SubnetType: spec.type }
      const table = await child(
        'aws:ec2/routeTable:RouteTable',
        subnetName,
        { vpcId: id, tags: tableTags },
        subnet,
      )
      await child(
        'aws:ec2/routeTableAssociation:RouteTableAssociation',
        subnetName,
        { routeTableId: id, subnetId: id },
        table,
      )
      const wanted = strategy === 'OnePerAz' || (strategy === 'Single' && gateways === 0)
      if (isPublic && wanted) {
        gateways++
        const nat = `${name}-${zone + 1}`
        const natTags = { ...tags, Name: nat }
        if (!natGateways?.elasticIpAllocationIds?.length) {
          await child('aws:ec2/eip:Eip', nat, { tags: natTags }, subnet)
        }
        await child(
          'aws:ec2/natGateway:NatGateway',
          nat,
          { subnetId: id, allocationId: id, tags: natTags },
          subnet,
        )
      }
      const route = { routeTableId: id, destinationCidrBlock: '0.0.0.0/0' }
      if (isPublic) {
        await child('aws:ec2/route:Route', subnetName, { ...route, gatewayId: id }, table, {
          dependencies: [table, gateway],
        })
      } else if (spec.type === 'Private' && strategy !== 'None') {
        await child('aws:ec2/route:Route', subnetName, { ...route, natGatewayId: id }, table)
      }
    }
  }
  return Object.fromEntries(outputs.map((key) => [key, id as Json]))
}
