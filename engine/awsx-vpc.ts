/**
 * What awsx.ec2.Vpc of @pulumi/awsx 3.9 makes, for subnets with explicit blocks: the children with their names,
 * parents and inputs, in awsx's order. The caller says how a child is registered.
 */

import { reference, type Wire, type WireObject } from './stand-in/wire.ts'

export interface Registered {
  urn: string
  /** The id, or what stands for an unknown one. */
  id: string
  outputs: WireObject
}

export interface Child {
  type: string
  name: string
  inputs: WireObject
  parent: string
  dependencies: string[]
}

export type Register = (child: Child) => Promise<Registered>

interface SubnetSpec {
  type: string
  name?: string
  cidrBlocks?: string[]
  tags?: WireObject
}

const order = ['public', 'private', 'isolated']
const passedOn = [
  'assignGeneratedIpv6CidrBlock',
  'enableDnsHostnames',
  'enableDnsSupport',
  'enableNetworkAddressUsageMetrics',
  'instanceTenancy',
  'region',
]

const address = (block: string): number =>
  block
    .split('/')[0]!
    .split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0)
const end = (block: string): number => address(block) + 2 ** (32 - Number(block.split('/')[1]))

const checkNoGaps = (vpc: string, blocks: string[]): void => {
  let next = address(vpc)
  for (const block of blocks) {
    if (address(block) !== next) throw new Error(`There are gaps in the subnet ranges: before ${block}`)
    next = end(block)
  }
  if (next !== end(vpc)) throw new Error(`There are gaps in the subnet ranges: after ${blocks.at(-1)}`)
}

const checkArgs = (name: string, zones: unknown, specs: SubnetSpec[], args: WireObject): void => {
  const refuse = (reason: string): never => {
    throw new Error(`awsx.ec2.Vpc ${name}: ${reason}`)
  }
  if (args.availabilityZoneNames && args.numberOfAvailabilityZones)
    refuse('Only one of [availabilityZoneNames] and [numberOfAvailabilityZones] can be specified')
  if (!Array.isArray(zones) || specs.length === 0 || specs.some((spec) => spec.cidrBlocks === undefined))
    refuse(
      'give availabilityZoneNames and explicit cidrBlocks; a computed layout replaces subnets when a zone is added',
    )
  if (args.vpcEndpointSpecs !== undefined)
    refuse('make endpoints beside it; vpcEndpointSpecs names them without prefix')
  for (const [i, spec] of specs.entries())
    if (spec.cidrBlocks!.length !== (zones as unknown[]).length)
      refuse(`The number of CIDR blocks in subnetSpecs[${i}] must match the number of availability zones`)
}

/** Registers the children and returns the component's outputs, on the wire. `urn` is the component's own. */
export const constructVpc = async (
  name: string,
  urn: string,
  args: WireObject,
  register: Register,
): Promise<WireObject> => {
  const zones = args.availabilityZoneNames as string[]
  const specs = (args.subnetSpecs ?? []) as unknown as SubnetSpec[]
  checkArgs(name, zones, specs, args)
  const strategy = String((args.natGateways as WireObject | undefined)?.strategy ?? 'OnePerAz').toLowerCase()
  const addresses = ((args.natGateways as WireObject | undefined)?.elasticIpAllocationIds ?? []) as string[]
  const types = specs.map((spec) => spec.type.toLowerCase())
  if (
    strategy !== 'none' &&
    !(types.includes('public') && types.some((t) => t === 'private' || t === 'isolated'))
  )
    throw new Error(
      `awsx.ec2.Vpc ${name}: a NAT gateway needs public subnets, and others that route through it`,
    )
  if (args.subnetStrategy === 'Exact')
    checkNoGaps(
      String(args.cidrBlock),
      zones.flatMap((_, zone) => specs.map((spec) => spec.cidrBlocks![zone]!)),
    )

  const tags = (args.tags ?? {}) as WireObject
  const shared = { Name: name, ...tags }
  const region: WireObject = args.region === undefined ? {} : { region: args.region }
  const child = (
    type: string,
    childName: string,
    parent: string,
    inputs: WireObject,
    dependencies = [parent],
  ) =>
    register({
      type: `aws:ec2/${type}`,
      name: childName,
      parent,
      inputs: { ...region, ...inputs },
      dependencies,
    })
  const made: Record<string, Registered[]> = {}
  const keep = (list: string, one: Registered): Registered => {
    made[list] = [...(made[list] ?? []), one]
    return one
  }

  const vpc = await child(
    'vpc:Vpc',
    name,
    urn,
    {
      ...Object.fromEntries(passedOn.flatMap((key) => (args[key] === undefined ? [] : [[key, args[key]!]]))),
      cidrBlock: args.cidrBlock ?? '10.0.0.0/16',
      tags: shared,
    },
    [],
  )
  const gateway = await child('internetGateway:InternetGateway', name, vpc.urn, {
    vpcId: vpc.id,
    tags: shared,
  })

  for (const [zone, availabilityZone] of zones.entries()) {
    const present = specs.filter((spec) => spec.type !== 'Unused')
    present.sort((a, b) => order.indexOf(a.type.toLowerCase()) - order.indexOf(b.type.toLowerCase()))
    for (const spec of present) {
      const type = spec.type.toLowerCase()
      const subnetName = `${name}-${spec.name ?? type}-${zone + 1}`
      const tableTags = { ...shared, Name: subnetName, SubnetType: spec.type }
      const subnet = await child('subnet:Subnet', subnetName, vpc.urn, {
        vpcId: vpc.id,
        availabilityZone,
        mapPublicIpOnLaunch: type === 'public',
        cidrBlock: spec.cidrBlocks![zone]!,
        assignIpv6AddressOnCreation: false,
        tags: { ...shared, ...spec.tags, Name: subnetName, SubnetType: spec.type },
      })
      keep('subnets', subnet)
      keep(`${['public', 'private'].includes(type) ? type : 'isolated'}Subnets`, subnet)
      const table = keep(
        'routeTables',
        await child('routeTable:RouteTable', subnetName, subnet.urn, { vpcId: vpc.id, tags: tableTags }),
      )
      const association = { routeTableId: table.id, subnetId: subnet.id }
      keep(
        'routeTableAssociations',
        await child('routeTableAssociation:RouteTableAssociation', subnetName, table.urn, association, [
          table.urn,
          subnet.urn,
        ]),
      )
      const nats = made.natGateways ?? []
      if (
        type === 'public' &&
        (strategy === 'oneperaz' ? nats.length < zone + 1 : strategy === 'single' && nats.length < 1)
      ) {
        const natName = `${name}-${zone + 1}`
        const natTags = { ...tags, Name: natName }
        const ip =
          addresses.length > 0
            ? undefined
            : keep('eips', await child('eip:Eip', natName, subnet.urn, { tags: natTags }))
        keep(
          'natGateways',
          await child(
            'natGateway:NatGateway',
            natName,
            subnet.urn,
            {
              subnetId: subnet.id,
              allocationId: ip?.outputs.allocationId ?? addresses[zone]!,
              tags: natTags,
            },
            ip === undefined ? [subnet.urn] : [subnet.urn, ip.urn],
          ),
        )
      }
      const nat = made.natGateways?.[strategy === 'single' ? 0 : zone]
      const way =
        type === 'public'
          ? { key: 'gatewayId', to: gateway }
          : type === 'private' && nat !== undefined
            ? { key: 'natGatewayId', to: nat }
            : undefined
      if (way !== undefined) {
        const route = { routeTableId: table.id, [way.key]: way.to.id, destinationCidrBlock: '0.0.0.0/0' }
        keep('routes', await child('route:Route', subnetName, table.urn, route, [table.urn, way.to.urn]))
      }
    }
  }

  const references = (list: string): Wire[] => (made[list] ?? []).map((one) => reference(one.urn, one.id))
  const ids = (list: string): Wire[] => (made[list] ?? []).map((one) => one.id)
  return {
    vpc: reference(vpc.urn, vpc.id),
    vpcId: vpc.id,
    internetGateway: reference(gateway.urn, gateway.id),
    vpcEndpoints: [],
    subnetLayout: specs.map(({ type, name: specName, cidrBlocks }) => ({
      type,
      ...(specName === undefined ? {} : { name: specName }),
      ...(cidrBlocks === undefined ? {} : { cidrBlocks }),
    })),
    ...Object.fromEntries(
      [
        'subnets',
        'publicSubnets',
        'privateSubnets',
        'isolatedSubnets',
        'routeTables',
        'routeTableAssociations',
        'routes',
        'natGateways',
        'eips',
      ].map((list) => [list, references(list)]),
    ),
    publicSubnetIds: ids('publicSubnets'),
    privateSubnetIds: ids('privateSubnets'),
    isolatedSubnetIds: ids('isolatedSubnets'),
  }
}
