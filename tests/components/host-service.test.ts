import test from 'ava'
import fc from 'fast-check'
import { HostService, type HostServiceArgs } from '../../components/host-service.ts'
import { architectureOf, hostImage } from '../../components/instance-type.ts'
import { build, type Given } from './build.ts'
import { network } from './parts.ts'
import { secure, statements } from './secure.ts'

const service = 'aws:ecs/service:Service'
const definition = 'aws:ecs/taskDefinition:TaskDefinition'
const template = 'aws:ec2/launchTemplate:LaunchTemplate'
const group = 'aws:autoscaling/group:Group'
const provider = 'aws:ecs/capacityProvider:CapacityProvider'

const make =
  (change: Partial<HostServiceArgs> = {}) =>
  ({ context }: Given) =>
    void new HostService('relay', {
      context,
      instanceType: 'm7g.large',
      hosts: 3,
      diskKeyArn: 'disk-key',
      network,
      tags: { Stack: 'prod' },
      tasks: 3,
      task: {
        purpose: 'outbox-relay',
        memoryMib: 512,
        container: { name: 'relay', image: 'image@sha256:0' },
        repositoryArns: ['arn:aws:ecr:eu-central-1:333333333333:repository/relay'],
      },
      filebeat: {
        image: 'filebeat@sha256:0',
        repositoryArn: 'arn:aws:ecr:eu-central-1:333333333333:repository/filebeat',
        pipeline: { host: 'logs.example.com', port: 5044 },
      },
      ...change,
    })

type Found = Awaited<ReturnType<typeof build>>
const containerOf = (found: Found, name: string) =>
  JSON.parse(String(found.get(definition, name).inputs.containerDefinitions))[0]

/** Built once, looked at by many. */
const prod = build(make())

test('hosts have their secure defaults', async (t) => {
  const found = await prod
  secure(t, found, [
    [template, 'relay-hosts-template', 'metadataOptions.httpTokens', 'required'],
    [template, 'relay-hosts-template', 'metadataOptions.instanceMetadataTags', 'disabled'],
    [template, 'relay-hosts-template', 'blockDeviceMappings.0.ebs.encrypted', 'true'],
    [template, 'relay-hosts-template', 'blockDeviceMappings.0.ebs.kmsKeyId', 'disk-key'],
    [template, 'relay-hosts-template', 'networkInterfaces.0.associatePublicIpAddress', 'false'],
    [template, 'relay-hosts-template', 'networkInterfaces.0.securityGroups', ['sg-functions']],
    [template, 'relay-hosts-template', 'keyName', undefined],
    [service, 'relay-service', 'deploymentCircuitBreaker.enable', true],
    [service, 'relay-service', 'deploymentCircuitBreaker.rollback', true],
    [service, 'relay-service', 'enableExecuteCommand', false],
    [group, 'relay-hosts-group', 'forceDelete', false],
  ])
  for (const name of ['relay-worker-definition', 'relay-filebeat-task-definition']) {
    t.like(containerOf(found, name), { readonlyRootFilesystem: true, privileged: false })
  }
})

test('facts 13 and 14: the daemon runs with launch type EC2, in bridge mode, without number or provider', async (t) => {
  const found = await prod
  const { inputs } = found.get(service, 'relay-filebeat-service')
  t.like(inputs, { schedulingStrategy: 'DAEMON', launchType: 'EC2' })
  t.is(inputs.desiredCount, undefined)
  t.is(inputs.capacityProviderStrategies, undefined)
  t.is(found.get(definition, 'relay-filebeat-task-definition').inputs.networkMode, 'bridge')
})

test('fact 15: the registry of Filebeat lies on the host, and survives the container', async (t) => {
  const found = await prod
  const { volumes } = found.get(definition, 'relay-filebeat-task-definition').inputs
  const registry = (volumes as { name: string; hostPath?: string }[]).find(({ name }) => name === 'registry')
  t.is(registry?.hostPath, '/var/lib/filebeat')
  const { mountPoints } = containerOf(found, 'relay-filebeat-task-definition')
  t.deepEqual(mountPoints, [
    { sourceVolume: 'registry', containerPath: '/usr/share/filebeat/data', readOnly: false },
    { sourceVolume: 'containers', containerPath: '/var/lib/docker/containers', readOnly: true },
  ])
})

test('fact 16: tasks in bridge mode do not reach the credentials of their host', async (t) => {
  const found = await prod
  secure(t, found, [
    [template, 'relay-hosts-template', 'metadataOptions.httpPutResponseHopLimit', 1],
    [definition, 'relay-worker-definition', 'networkMode', 'bridge'],
  ])
})

test('fact 17: managed termination protection comes with protection from scale-in', async (t) => {
  const found = await prod
  secure(t, found, [
    [provider, 'relay-hosts-provider', 'autoScalingGroupProvider.managedTerminationProtection', 'ENABLED'],
    [group, 'relay-hosts-group', 'protectFromScaleIn', true],
    [group, 'relay-hosts-group', 'instanceRefresh.preferences.scaleInProtectedInstances', 'Refresh'],
  ])
})

test('fact 18: the name of the capacity provider does not start like one of AWS', async (t) => {
  const found = await prod
  t.notRegex(String(found.get(provider, 'relay-hosts-provider').inputs.name), /^(aws|ecs|fargate)/)
})

test('fact 19: both services wait for the capacity providers of their cluster', async (t) => {
  const found = await prod
  const { urn } = found.get(
    'aws:ecs/clusterCapacityProviders:ClusterCapacityProviders',
    'relay-hosts-providers',
  )
  for (const name of ['relay-service', 'relay-filebeat-service']) {
    t.true(found.get(service, name).dependencies.includes(urn), name)
  }
})

test('lines of workers go to files that Filebeat reads, and do not fill the disk', async (t) => {
  const { logConfiguration } = containerOf(await prod, 'relay-worker-definition')
  t.deepEqual(logConfiguration, {
    logDriver: 'json-file',
    options: { 'max-size': '50m', 'max-file': '5' },
  })
})

test('lesson 12: a host may take part in its own cluster, and pull nothing', async (t) => {
  const found = await prod
  const all = statements(found, 'aws:iam/rolePolicy:RolePolicy', 'relay-hosts-role')
  for (const { Sid, Action, Resource } of all) {
    if (Sid === 'ReadOwnTags') continue
    t.true(
      Action.every((action) => action.startsWith('ecs:')),
      Sid,
    )
    if (Sid !== 'FindEcs') t.regex(JSON.stringify(Resource), /payments-lift-prod-hosts/)
  }
})

test('a host may read the tags that it is to hand on; else it would not register', async (t) => {
  const found = await prod
  const data = Buffer.from(String(found.get(template, 'relay-hosts-template').inputs.userData), 'base64')
  t.regex(String(data), /^ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM=ec2_instance$/m)
  const reads = statements(found, 'aws:iam/rolePolicy:RolePolicy', 'relay-hosts-role')
    .filter(({ Action }) => Action.includes('ec2:DescribeTags'))
    .map(({ Effect, Action, Resource }) => ({ Effect, Action, Resource }))
  t.deepEqual(reads, [{ Effect: 'Allow', Action: ['ec2:DescribeTags'], Resource: '*' }])
})

test('a host is tagged, and knows its cluster', async (t) => {
  const found = await prod
  const { inputs } = found.get(group, 'relay-hosts-group')
  t.deepEqual(inputs.tags, [
    { key: 'Stack', value: 'prod', propagateAtLaunch: true },
    { key: 'AmazonECSManaged', value: 'true', propagateAtLaunch: true },
  ])
  const data = Buffer.from(String(found.get(template, 'relay-hosts-template').inputs.userData), 'base64')
  t.regex(String(data), /^ECS_CLUSTER=payments-lift-prod-hosts$/m)
  t.regex(String(data), /^ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true$/m)
})

test('the image of a host fits its processors', (t) => {
  for (const type of ['m7g.large', 't4g.medium', 'c7gn.xlarge', 'r8gd.2xlarge', 'a1.large', 'im4gn.large']) {
    t.is(architectureOf(type), 'arm64', type)
    t.regex(hostImage(type), /amazon-linux-2023\/arm64\/recommended/)
  }
  for (const type of ['m7i.large', 't3.small', 'c7a.large', 'g5.xlarge', 'm6in.large', 'mac2.metal']) {
    t.is(architectureOf(type), 'x86_64', type)
    t.notRegex(hostImage(type), /arm64/)
  }
  const generation = fc.integer({ min: 4, max: 9 })
  const family = fc.constantFrom('m', 'c', 'r', 't', 'x')
  fc.assert(
    fc.property(family, generation, fc.constantFrom('', 'd', 'n'), (letter, number, extra) => {
      t.is(architectureOf(`${letter}${number}g${extra}.large`), 'arm64')
      t.is(architectureOf(`${letter}${number}i${extra}.large`), 'x86_64')
    }),
  )
})
