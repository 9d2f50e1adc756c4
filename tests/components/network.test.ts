import test from 'ava'
import { neededEndpoints } from '../../components/network.ts'
import { readStackFile } from '../../settings/stack-file.ts'
import { allowedBy, grantsOf, type PolicyStatement } from '../services/policy.ts'
import { whole } from './build.ts'

const prod = whole({ stack: 'prod', phase: 'cutover' })
const before = whole({ stack: 'prod', phase: 'replicate' })
const dev = whole({ stack: 'dev', phase: 'foundation' })

const ingress = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule'
const egress = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'

test('subnets have explicit blocks, one a zone and kind', async (t) => {
  const { get, all } = await prod
  t.is(all('aws:ec2/subnet:Subnet').length, 9)
  const subnet = get('aws:ec2/subnet:Subnet', 'network-vpc-private-2')
  t.like(subnet.inputs, { cidrBlock: '10.40.32.0/20', availabilityZone: 'eu-central-1b' })
})

test('a third zone leaves the subnets of the other two as they are', async (t) => {
  const config = readStackFile('prod')
  const network = JSON.parse(config['payments-lift:network']!)
  const two = {
    ...config,
    'payments-lift:network': JSON.stringify({ ...network, zones: network.zones.slice(0, 2) }),
  }
  const small = await whole({ stack: 'prod', phase: 'cutover', config: two })
  const large = await prod
  const vpcParts = small.resources.filter(({ urn }) => urn.includes('awsx:ec2:Vpc$'))
  t.true(vpcParts.length > 20)
  for (const { type, name, urn, inputs } of vpcParts) {
    t.deepEqual({ urn, inputs }, { urn: large.get(type, name).urn, inputs: large.get(type, name).inputs })
  }
})

test('no subnet gives public addresses', async (t) => {
  const { all } = await prod
  for (const { name, inputs } of all('aws:ec2/subnet:Subnet')) t.is(inputs.mapPublicIpOnLaunch, false, name)
})

test('only the front door is open to the world, on 443 only', async (t) => {
  const { all } = await prod
  const open = all(ingress).filter(({ inputs }) => inputs.cidrIpv4 === '0.0.0.0/0' || inputs.cidrIpv6)
  t.deepEqual(
    open.map(({ name }) => name),
    ['network-groups-frontDoor-from-world-443'],
  )
})

test('no rule is for all ports or another protocol than TCP', async (t) => {
  const { all } = await prod
  for (const { name, inputs } of [...all(ingress), ...all(egress)]) {
    t.is(inputs.ipProtocol, 'tcp', name)
    t.is(inputs.fromPort, inputs.toPort, name)
  }
})

test('the default group lets nothing through', async (t) => {
  const { get } = await prod
  const { inputs } = get('aws:ec2/defaultSecurityGroup:DefaultSecurityGroup', 'network-groups-default')
  t.deepEqual([inputs.ingress, inputs.egress], [[], []])
})

test('port 5432 opens in both directions with replicate, not before', async (t) => {
  const sql = (found: Awaited<typeof prod>) =>
    found
      .all(ingress)
      .filter(({ inputs }) => inputs.fromPort === 5432)
      .map(({ name }) => name)
  t.deepEqual(sql(await dev), [])
  t.true(sql(await before).includes('network-groups-database-from-onPremises-5432'))
  t.truthy((await before).get(egress, 'network-groups-database-to-onPremises-5432'))
})

test('NAT comes with canary; before, tasks start through endpoints', async (t) => {
  t.is((await before).all('aws:ec2/natGateway:NatGateway').length, 0)
  t.is((await prod).all('aws:ec2/natGateway:NatGateway').length, 3)
  const { all } = await dev
  const services = all('aws:ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => String(inputs.serviceName))
  for (const service of neededEndpoints)
    t.true(services.includes(`com.amazonaws.eu-west-1.${service}`), service)
})

test('gateway endpoints let only principals of this account pass', async (t) => {
  const { get } = await prod
  const { policy } = get('aws:ec2/vpcEndpoint:VpcEndpoint', 'network-endpoint-s3').inputs
  const [statement] = JSON.parse(String(policy)).Statement
  t.deepEqual(statement.Condition, { StringEquals: { 'aws:PrincipalAccount': '333333333333' } })
  t.deepEqual(
    JSON.parse(String(policy))
      .Statement.slice(1)
      .map(({ Resource }: { Resource: string[] }) => Resource),
    [['arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*']],
  )
})

test('a database on-premises on another port is reached by everybody who asks it', async (t) => {
  const file = readStackFile('prod')
  const onPremises = JSON.parse(file['payments-lift:onPremises']!)
  const other = { ...onPremises, database: { ...onPremises.database, port: 5433 } }
  const config = { ...file, 'payments-lift:onPremises': JSON.stringify(other) }
  const found = await whole({ stack: 'prod', phase: 'replicate', config })
  const called = found
    .all(egress)
    .filter(({ name }) => /-to-onPremises-/.test(name))
    .map(({ name }) => name.replace('network-groups-', ''))
  t.deepEqual(called.toSorted(), [
    'database-to-onPremises-5433',
    'frontDoor-to-onPremises-8443',
    'pooler-to-onPremises-5433',
    'runner-to-onPremises-5433',
  ])
})

test('what a role may do with S3 and DynamoDB passes the endpoint, too', async (t) => {
  const { all, get } = await prod
  for (const service of ['s3', 'dynamodb'] as const) {
    const { policy } = get('aws:ec2/vpcEndpoint:VpcEndpoint', `network-endpoint-${service}`).inputs
    const passing: PolicyStatement[] = JSON.parse(String(policy)).Statement
    const keys = { 'aws:PrincipalAccount': '333333333333' }
    const granted = all('aws:iam/rolePolicy:RolePolicy').flatMap(({ name, inputs }) => {
      const { Statement } = inputs.policy as unknown as { Statement: PolicyStatement[] }
      return grantsOf(Statement).map((grant) => ({ ...grant, name }))
    })
    const asked = granted.filter(({ action }) => action.startsWith(`${service}:`))
    t.true(asked.length > 5, service)
    for (const { name, action, resource } of asked)
      t.is(allowedBy(passing.slice(0, 1), { action, resource, keys }).length, 1, `${name}: ${action}`)
  }
})

test('routes to on-premises reach every subnet, the public ones too', async (t) => {
  const { all } = await prod
  t.is(all('aws:ec2/vpnGatewayRoutePropagation:VpnGatewayRoutePropagation').length, 9)
})

test('every connection of the VPC is logged, encrypted, for a time', async (t) => {
  const { get } = await prod
  t.like(get('aws:ec2/flowLog:FlowLog', 'network-flowLogs-log').inputs, { trafficType: 'ALL' })
  const group = get('aws:cloudwatch/logGroup:LogGroup', 'network-flowLogs-group')
  t.like(group.inputs, { kmsKeyId: '<unknown>', retentionInDays: 400 })
  t.true(group.protect)
})

test('a VPN takes IKEv2 and strong ciphers only, and knows on-premises by certificate', async (t) => {
  const { get } = await dev
  const vpn = get('aws:ec2/vpnConnection:VpnConnection', 'network-link-vpn')
  t.deepEqual(vpn.inputs.tunnel1IkeVersions, ['ikev2'])
  t.deepEqual(vpn.inputs.tunnel2Phase1EncryptionAlgorithms, ['AES256-GCM-16'])
  t.true(vpn.additionalSecretOutputs.includes('tunnel1PresharedKey'))
  t.is(get('aws:ec2/customerGateway:CustomerGateway', 'network-link-onPremises').inputs.ipAddress, undefined)
})

test('a number of an autonomous system past 31 bits goes where AWS takes it', async (t) => {
  const config = readStackFile('dev')
  const onPremises = JSON.parse(config['payments-lift:onPremises']!)
  for (const [bgpAsn, property] of [
    [2_147_483_647, 'bgpAsn'],
    [2_147_483_648, 'bgpAsnExtended'],
  ] as const) {
    const link = { ...onPremises.link, bgpAsn }
    const changed = { ...config, 'payments-lift:onPremises': JSON.stringify({ ...onPremises, link }) }
    const { get } = await whole({ stack: 'dev', phase: 'foundation', config: changed })
    const { inputs } = get('aws:ec2/customerGateway:CustomerGateway', 'network-link-onPremises')
    t.deepEqual([inputs.bgpAsn, inputs.bgpAsnExtended].filter(Boolean), [String(bgpAsn)])
    t.is(inputs[property], String(bgpAsn))
  }
})

test('decommission unprotects the link, then removes it and every way to the source', async (t) => {
  const first = await whole({ stack: 'prod', phase: 'decommission', removal: 'unprotect' })
  t.true((await prod).get('aws:ec2/vpnGateway:VpnGateway', 'network-link-gateway').protect)
  t.false(first.get('aws:ec2/vpnGateway:VpnGateway', 'network-link-gateway').protect)
  const second = await whole({
    stack: 'prod',
    phase: 'decommission',
    removal: 'remove',
    fromPhase: 'decommission',
  })
  t.is(second.all('aws:ec2/vpnGateway:VpnGateway').length, 0)
  const ways = [...second.all(ingress), ...second.all(egress)].filter(({ name }) =>
    name.includes('onPremises'),
  )
  t.deepEqual(ways, [])
})
