import test from 'ava'
import { readStackFile } from '../../settings/stack-file.ts'
import { allowedBy } from '../services/policy.ts'
import { whole } from './build.ts'
import { secure, statement, statements } from './secure.ts'

const prod = whole({ stack: 'prod', phase: 'replicate' })
const cutover = whole({ stack: 'prod', phase: 'cutover' })
const removed = whole({
  stack: 'prod',
  phase: 'decommission',
  removal: 'remove',
  fromPhase: 'decommission',
})

const service = 'aws:ecs/service:Service'
const rolePolicy = 'aws:iam/rolePolicy:RolePolicy'
const definition = 'aws:ecs/taskDefinition:TaskDefinition'

test('the watchdog runs while there is a source to go back to, and is not started without one', async (t) => {
  secure(t, await cutover, [[service, 'runner-watchdog-service', 'desiredCount', 1]])
  secure(t, await removed, [[service, 'runner-watchdog-service', 'desiredCount', 0]])
  const [container] = JSON.parse(
    String((await removed).get(definition, 'runner-watchdog-definition').inputs.containerDefinitions),
  )
  const { value } = container.environment.find(({ name }: { name: string }) => name === 'STACK_OUTPUTS')
  t.is(JSON.parse(value).source, undefined, 'it could not make a site of it')
})

test('the runner may ask for alarms by prefix, which CloudWatch checks against every alarm', async (t) => {
  const policy = statements(await prod, rolePolicy, 'runner-runner-task')
  const call = {
    action: 'cloudwatch:DescribeAlarms',
    resource: 'arn:aws:cloudwatch:eu-central-1:333333333333:alarm:*',
  }
  t.is(allowedBy(policy as never, call).length, 1)
})

test('people get into the runner, and into no other task', async (t) => {
  const found = await cutover
  const channels = found
    .all(rolePolicy)
    .filter(({ inputs }) => JSON.stringify(inputs).includes('ssmmessages:'))
  t.deepEqual(
    channels.map(({ name }) => name),
    ['runner-runner-task'],
  )
  t.deepEqual(statement(found, rolePolicy, 'runner-runner-task', 'SessionOpensChannels').Action, [
    'ssmmessages:CreateControlChannel',
    'ssmmessages:CreateDataChannel',
    'ssmmessages:OpenControlChannel',
    'ssmmessages:OpenDataChannel',
  ])
  for (const { inputs } of found.all(service)) t.is(inputs.enableExecuteCommand, false, String(inputs.name))
})

test('a session is encrypted with the key that its cluster names, and recorded where it says', async (t) => {
  const found = await prod
  const cluster = found.get('aws:ecs/cluster:Cluster', 'cluster')
  const { executeCommandConfiguration: sessions } = cluster.inputs.configuration as {
    executeCommandConfiguration: { logConfiguration: { cloudWatchLogGroupName: string } }
  }
  const group = sessions.logConfiguration.cloudWatchLogGroupName
  t.deepEqual(statement(found, rolePolicy, 'runner-runner-task', 'SessionIsRecorded').Resource, [
    `arn:aws:logs:eu-central-1:333333333333:log-group:${group}:*`,
  ])
  const key = found.get('aws:kms/key:Key', 'keys-logs')
  t.true(cluster.propertyDependencies.configuration?.includes(key.urn))
  t.true(found.get(rolePolicy, 'runner-runner-task').propertyDependencies.policy?.includes(key.urn))
  t.deepEqual(statement(found, rolePolicy, 'runner-runner-task', 'SessionDecrypts').Action, ['kms:Decrypt'])
})

test('the root of every task is read-only; in the runner the agent of a session has folders of its own', async (t) => {
  const found = await prod
  const [runner] = JSON.parse(
    String(found.get(definition, 'runner-runner-definition').inputs.containerDefinitions),
  )
  t.true(runner.readonlyRootFilesystem)
  t.true(runner.linuxParameters.initProcessEnabled)
  const paths = runner.mountPoints.map(({ containerPath }: { containerPath: string }) => containerPath)
  t.deepEqual(paths, ['/tmp', '/lift/runbooks', '/var/lib/amazon', '/var/log/amazon'])
})

test('before there is a NAT every AWS service that a task of the lift asks has its endpoint', async (t) => {
  // Without what the settings add: the program knows itself what it needs.
  const file = readStackFile('prod')
  const network = { ...JSON.parse(file['payments-lift:network']!), interfaceEndpoints: [] }
  const found = await whole({
    stack: 'prod',
    phase: 'replicate',
    config: { ...file, 'payments-lift:network': JSON.stringify(network) },
  })
  t.is(found.all('aws:ec2/natGateway:NatGateway').length, 0)
  const endpoints = found
    .all('aws:ec2/vpcEndpoint:VpcEndpoint')
    .map(({ inputs }) => String(inputs.serviceName).split('.').slice(3).join('.'))
  // Metrics and alarms are read while requests are moved, which begins with canary, and so does NAT.
  const later = ['cloudwatch']
  for (const task of ['runner-runner', 'runner-watchdog', 'runner-shard', 'pooler-task']) {
    const actions = statements(found, rolePolicy, `${task}-task`).flatMap(({ Action }) => Action)
    for (const asked of new Set(actions.map((action) => action.split(':')[0]!)))
      t.true(endpoints.includes(asked) || later.includes(asked), `${task}: ${asked}`)
  }
})
