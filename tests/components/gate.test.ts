import test from 'ava'
import type { Json } from '../../preview/values.ts'
import { whole } from './build.ts'

const prod = whole({ stack: 'prod', phase: 'replicate' })
const dev = whole({ stack: 'dev', phase: 'replicate' })

type Container = Record<string, Json> & { name: string; environment: { name: string; value: string }[] }
const containers = async (family: string): Promise<Container[]> => {
  const { all } = await prod
  const task = all('aws:ecs/taskDefinition:TaskDefinition').find(({ inputs }) => inputs.family === family)
  return JSON.parse(String(task?.inputs.containerDefinitions))
}

test('fact 7: the internal balancer of the poolers is made with a security group', async (t) => {
  const { inputs, propertyDependencies, protect } = (await prod).get(
    'aws:lb/loadBalancer:LoadBalancer',
    'pooler-nlb',
  )
  t.like(inputs, { loadBalancerType: 'network', internal: true, enableDeletionProtection: true })
  t.regex(propertyDependencies.securityGroups?.[0] ?? '', /::network-groups-poolerBalancer$/)
  t.true(protect)
  t.is(inputs.accessLogs, undefined, 'fact 10: access logs only with TLS listeners')
})

test('fact 8: TCP is passed on, silent clients are kept for 60 to 6000 seconds', async (t) => {
  const { inputs } = (await prod).get('aws:lb/listener:Listener', 'pooler-sql')
  t.is(inputs.protocol, 'TCP')
  t.true(Number(inputs.tcpIdleTimeoutSeconds) >= 60 && Number(inputs.tcpIdleTimeoutSeconds) <= 6000)
})

test('fact 11: the balancer may reach the port it asks for health on', async (t) => {
  const { get } = await prod
  const { healthCheck } = get('aws:lb/targetGroup:TargetGroup', 'pooler-sql').inputs as {
    healthCheck: { port: string }
  }
  const way = get(
    'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule',
    'network-groups-poolerBalancer-to-pooler-8432',
  )
  t.is(String(way.inputs.fromPort), healthCheck.port)
})

test('PgBouncer starts after the agent has read the route, and has 120 seconds to let clients go', async (t) => {
  const [agent, pgbouncer] = await containers('payments-lift-prod-pooler')
  t.deepEqual(pgbouncer?.dependsOn, [{ containerName: 'agent', condition: 'HEALTHY' }])
  t.truthy(agent?.healthCheck)
  t.is(pgbouncer?.stopTimeout, 120)
})

test('the route stands in no task definition', async (t) => {
  const names = (await containers('payments-lift-prod-pooler')).flatMap(({ environment }) =>
    environment.map(({ name }) => name),
  )
  t.true(names.includes('ROUTE_TABLE'))
  t.deepEqual(
    names.filter((name) => /^(ROUTE|SIDE|EPOCH|PAUSED|DATABASE_HOST)$/.test(name)),
    [],
  )
})

test('fact 6: the poolers depend on their listener; nothing scales them, and a failed deployment goes back', async (t) => {
  const { get, all } = await prod
  const service = get('aws:ecs/service:Service', 'pooler-service')
  t.true(service.dependencies.includes(get('aws:lb/listener:Listener', 'pooler-sql').urn))
  t.like(service.inputs, {
    desiredCount: 3,
    deploymentMinimumHealthyPercent: 100,
    availabilityZoneRebalancing: 'DISABLED',
    deploymentCircuitBreaker: { enable: true, rollback: true },
    enableExecuteCommand: false,
  })
  t.like(service.inputs.networkConfiguration, { assignPublicIp: false })
  t.is(all('aws:appautoscaling/target:Target').length, 0)
})

test('a failed deployment is told, since a rollback looks like success', async (t) => {
  const { get } = await prod
  const rule = get('aws:cloudwatch/eventRule:EventRule', 'cluster-failed')
  t.regex(String(rule.inputs.eventPattern), /SERVICE_DEPLOYMENT_FAILED/)
  t.is(
    get('aws:cloudwatch/eventTarget:EventTarget', 'cluster-failed').inputs.arn,
    'arn:aws:sns:eu-central-1:333333333333:payments-lift-prod-alerts',
  )
})

test('it is told of every service, in whatever cluster it runs', async (t) => {
  const found = await whole({ stack: 'prod', phase: 'cutover' })
  const { resources } = JSON.parse(
    String(found.get('aws:cloudwatch/eventRule:EventRule', 'cluster-failed').inputs.eventPattern),
  ) as { resources: { prefix: string }[] }
  const names = new Map(
    found.all('aws:ecs/cluster:Cluster').map(({ urn, inputs }) => [urn, String(inputs.name)]),
  )
  t.is(names.size, 2)
  // As ECS takes it, and as its events name it.
  for (const name of names.values()) t.regex(name, /^[a-zA-Z0-9_-]{1,255}$/)
  for (const { inputs, propertyDependencies } of found.all('aws:ecs/service:Service')) {
    const cluster = names.get(propertyDependencies.cluster?.[0] ?? '')
    const arn = `arn:aws:ecs:eu-central-1:333333333333:service/${cluster}/${inputs.name}`
    t.true(
      resources.some(({ prefix }) => arn.startsWith(prefix)),
      arn,
    )
  }
})

test('the agent reads the route and changes nothing; only runner and watchdog change it', async (t) => {
  const statements = async (name: string) => {
    const { policy } = (await prod).get('aws:iam/rolePolicy:RolePolicy', name).inputs as {
      policy: { Statement: { Action: string[]; Resource: string | string[] }[] }
    }
    return policy.Statement
  }
  const actions = async (name: string) => (await statements(name)).flatMap(({ Action }) => Action)
  t.deepEqual(await actions('pooler-task-task'), ['dynamodb:GetItem', 'kms:Decrypt'])
  t.true((await actions('runner-watchdog-task')).includes('dynamodb:UpdateItem'))
  t.false((await actions('runner-watchdog-task')).some((action) => action.startsWith('elasticloadbalancing')))
  t.true((await actions('runner-runner-task')).includes('elasticloadbalancing:ModifyListener'))
  for (const role of ['runner-runner-task', 'runner-watchdog-task']) {
    const deletes = (await statements(role)).filter(({ Action }) =>
      Action.some((action) => /Delete(Object|Item)/.test(action)),
    )
    // A lock is given back; of journals and decisions nothing goes.
    t.deepEqual(
      deletes.flatMap(({ Resource }) => Resource),
      ['arn:aws:s3:::payments-lift-prod-desk-333333333333/*'],
    )
  }
})

test('a shard reads logins and leaves its journal, no more', async (t) => {
  const { policy } = (await prod).get('aws:iam/rolePolicy:RolePolicy', 'runner-shard-task').inputs as {
    policy: { Statement: { Action: string[]; Resource: unknown }[] }
  }
  t.deepEqual(
    policy.Statement.flatMap(({ Action }) => Action),
    ['secretsmanager:GetSecretValue', 's3:PutObject', 'kms:Decrypt', 'kms:GenerateDataKey'],
  )
  t.regex(JSON.stringify(policy.Statement[1]?.Resource), /journal[^"]*\/verify\/\*"/)
  const [container] = await containers('payments-lift-prod-shard')
  t.deepEqual(container?.command, ['verify'])
})

test('the route store keeps its past and cannot be dropped', async (t) => {
  const { inputs, protect } = (await prod).get('aws:dynamodb/table:Table', 'routeStore-routes')
  t.like(inputs, {
    name: 'payments-lift-prod-routes',
    pointInTimeRecovery: { enabled: true },
    serverSideEncryption: { enabled: true, kmsKeyArn: '<unknown>' },
    deletionProtectionEnabled: true,
  })
  t.true(protect)
  t.is(
    (await dev).get('aws:dynamodb/table:Table', 'routeStore-routes').inputs.deletionProtectionEnabled,
    false,
  )
})

test('the journal is locked for as long as evidence is kept, without COMPLIANCE; not where it is disposable', async (t) => {
  const lock = 'aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration'
  const { rule } = (await prod).get(lock, 'runner-journal-lock').inputs
  t.deepEqual(rule, { defaultRetention: { mode: 'GOVERNANCE', days: 2557 } })
  t.is((await dev).all(lock).length, 0)
  t.is((await dev).get('aws:s3/bucket:Bucket', 'runner-journal').inputs.forceDestroy, true)
})

test('no task shows a secret, writes to its root or runs as root', async (t) => {
  for (const family of ['pooler', 'runner', 'watchdog', 'shard']) {
    for (const container of await containers(`payments-lift-prod-${family}`)) {
      t.like(container, { readonlyRootFilesystem: true, privileged: false, user: '65532:65532' })
      t.deepEqual(container.linuxParameters, { initProcessEnabled: true, capabilities: { drop: ['ALL'] } })
      t.regex(String(container.image), /@sha256:[0-9a-f]{64}$/)
    }
  }
})

test('task role and execution role differ in every task', async (t) => {
  for (const { propertyDependencies } of (await prod).all('aws:ecs/taskDefinition:TaskDefinition')) {
    t.notDeepEqual(propertyDependencies.taskRoleArn, propertyDependencies.executionRoleArn)
  }
})
