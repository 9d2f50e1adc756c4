import test from 'ava'
import { type Child, constructVpc } from '../../engine/awsx-vpc.ts'
import type { WireObject } from '../../engine/stand-in/wire.ts'

/** Registers nothing: every child gets an id and URN made of its type and name. */
const construct = async (args: WireObject) => {
  const children: Child[] = []
  const outputs = await constructVpc('net', 'urn:net', args, async (child) => {
    children.push(child)
    const short = `${child.type.split(':').at(-1)}/${child.name}`
    return { urn: short, id: `id:${short}`, outputs: { allocationId: `eip:${child.name}` } }
  })
  return { children, outputs }
}

const two = {
  cidrBlock: '10.0.0.0/16',
  subnetStrategy: 'Auto',
  availabilityZoneNames: ['eu-west-1a', 'eu-west-1b'],
  natGateways: { strategy: 'Single' },
  tags: { owner: 'team' },
  subnetSpecs: [
    { type: 'Isolated', name: 'data', cidrBlocks: ['10.0.4.0/24', '10.0.5.0/24'] },
    { type: 'Private', cidrBlocks: ['10.0.16.0/20', '10.0.32.0/20'] },
    { type: 'Public', cidrBlocks: ['10.0.0.0/24', '10.0.1.0/24'], tags: { tier: 'edge' } },
  ],
} satisfies WireObject

// The snapshots were compared with what awsx's own source (pulumi-awsx, awsx/ec2/vpc.ts) registers for these arguments
// under Pulumi's mocks: the same 26 children, with the same inputs.
test('the children are those of awsx 3.9, in its order, with its names and parents', async (t) => {
  const { children } = await construct(two)
  t.snapshot(children.map(({ type, name, parent }) => `${type} ${name} < ${parent}`))
})

test('the inputs are those of awsx 3.9', async (t) => {
  const { children } = await construct(two)
  t.snapshot(children.map(({ type, name, inputs }) => [`${type} ${name}`, inputs]))
})

test('the outputs name every child', async (t) => {
  const { outputs } = await construct(two)
  t.deepEqual(outputs.publicSubnetIds, ['id:Subnet/net-public-1', 'id:Subnet/net-public-2'])
  t.deepEqual(outputs.isolatedSubnetIds, ['id:Subnet/net-data-1', 'id:Subnet/net-data-2'])
  t.is((outputs.routeTables as unknown[]).length, 6)
})

test('a gateway per zone serves the private subnet of its zone; none serves none', async (t) => {
  const ways = async (strategy: string) => {
    const { children } = await construct({ ...two, natGateways: { strategy } })
    return children
      .filter(({ type }) => type.endsWith(':Route'))
      .map(({ inputs }) => inputs.natGatewayId ?? inputs.gatewayId)
  }
  const out = 'id:InternetGateway/net'
  t.deepEqual(await ways('OnePerAz'), [out, 'id:NatGateway/net-1', out, 'id:NatGateway/net-2'])
  t.deepEqual(await ways('Single'), [out, 'id:NatGateway/net-1', out, 'id:NatGateway/net-1'])
  t.deepEqual(await ways('None'), [out, out])
})

test('a layout that awsx would compute is refused, and one that awsx would refuse', async (t) => {
  const refused = (changes: object, message: RegExp) =>
    t.throwsAsync(construct({ ...two, ...changes } as unknown as WireObject), { message })
  await refused({ subnetSpecs: [{ type: 'Public' }] }, /explicit cidrBlocks/)
  await refused({ availabilityZoneNames: undefined }, /availabilityZoneNames/)
  await refused({ availabilityZoneNames: ['eu-west-1a'] }, /must match the number of availability zones/)
  await refused({ numberOfAvailabilityZones: 2 }, /Only one of/)
  await refused({ vpcEndpointSpecs: [] }, /without prefix/)
  await refused({ subnetStrategy: 'Exact' }, /gaps/)
  await refused({ subnetSpecs: [two.subnetSpecs[0]!] }, /NAT gateway needs public subnets/)
})
