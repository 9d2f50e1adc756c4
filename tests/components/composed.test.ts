import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { alarmRunbooks } from '../../components/alarm.ts'
import { concurrencyProblems, defaultQuota } from '../../components/concurrency.ts'
import { physicalName } from '../../components/names.ts'
import type { RecordedResource } from '../../preview/recorded.ts'
import { createApp } from '../../services/payments/app.ts'
import { Database } from '../../services/payments/database.ts'
import { readEnvironment, variableNames } from '../../services/payments/environment.ts'
import { createLog } from '../../services/payments/log.ts'
import { Payments } from '../../services/payments/payments.ts'
import { readStackFile, stacks } from '../../settings/stack-file.ts'
import { parseSettings } from '../../settings.ts'
import { functionLogGroups } from '../../wiring/logs.ts'
import { whole } from './build.ts'

/** What only the composed program can show, of the stack and phase that has the most. */
const cutover = whole({ stack: 'prod', phase: 'cutover' })

const lambda = 'aws:lambda/function:Function'
const alarmType = 'aws:cloudwatch/metricAlarm:MetricAlarm'

test('every alarm tells people, says what happened, and links a runbook of the list', async (t) => {
  const { all } = await cutover
  const named = new RegExp(`^[A-Z].*\\. Runbook: runbooks/(${alarmRunbooks.join('|')})\\.md$`)
  for (const { name, inputs } of all(alarmType)) {
    t.regex(String(inputs.alarmDescription), named, name)
    t.is((inputs.alarmActions as unknown[]).length, 1, name)
  }
})

test('no alarm names what does not exist: functions, queues, services and clusters', async (t) => {
  const { all } = await cutover
  const names = (type: string) => new Set(all(type).map(({ inputs }) => inputs.name))
  const known: Record<string, Set<unknown>> = {
    FunctionName: names(lambda),
    QueueName: names('aws:sqs/queue:Queue'),
    ServiceName: names('aws:ecs/service:Service'),
    ClusterName: names('aws:ecs/cluster:Cluster'),
  }
  for (const { name, inputs } of all(alarmType)) {
    for (const [dimension, value] of Object.entries((inputs.dimensions ?? {}) as object)) {
      const there = known[dimension]
      if (there) t.true(there.has(value), `${name}: ${dimension} ${value}`)
    }
  }
})

test('fact 28: a bucket has one notification at most', async (t) => {
  const { all } = await cutover
  const buckets = all('aws:s3/bucketNotification:BucketNotification').flatMap(
    ({ propertyDependencies }) => propertyDependencies.bucket ?? [],
  )
  t.is(new Set(buckets).size, buckets.length)
})

test('fact 23: a log group has two filters at most', async (t) => {
  const { all } = await cutover
  const counts = new Map<string, number>()
  for (const { inputs } of all('aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter')) {
    const group = String(inputs.logGroup)
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  t.true(counts.size > 0)
  for (const [group, count] of counts) t.true(count <= 2, group)
})

test('lesson 6: every function has a log group, and those of payments are shipped and watched for silence', async (t) => {
  const { all, settings } = await cutover
  const groups = new Set(all('aws:cloudwatch/logGroup:LogGroup').map(({ inputs }) => inputs.name))
  const shipped = new Set(
    all('aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').map(({ inputs }) => inputs.logGroup),
  )
  const path = (...parts: string[]) => ['', 'payments-lift', settings.stack, ...parts].join('/')
  for (const { inputs } of all(lambda)) {
    t.true(groups.has((inputs.loggingConfig as { logGroup: string }).logGroup), String(inputs.name))
  }
  t.deepEqual([...shipped].toSorted(), functionLogGroups({ path }).toSorted())
})

test('lesson 10: nothing that Lambda runs for nobody goes without failure destination', async (t) => {
  const { all } = await cutover
  const urns = (found: RecordedResource[], property: string) =>
    new Set(found.flatMap(({ propertyDependencies }) => propertyDependencies[property] ?? []))
  const configured = urns(
    all('aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig'),
    'functionName',
  )
  const pulled = urns(all('aws:lambda/eventSourceMapping:EventSourceMapping'), 'functionName')
  for (const { urn, name } of all(lambda)) t.true(configured.has(urn) !== pulled.has(urn), name)
})

test('fact 32: what functions reserve leaves 100, in every stack', (t) => {
  for (const stack of stacks()) {
    const { functions } = parseSettings(stack, readStackFile(stack))
    const reserved = Object.fromEntries(
      Object.entries(functions).map(([name, { concurrency }]) => [name, concurrency]),
    )
    t.deepEqual(concurrencyProblems(reserved), [], stack)
  }
  const some = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(some, (each) => {
      const sum = each.reduce((total, one) => total + one, 0)
      const problems = concurrencyProblems(Object.fromEntries(each.map((one, index) => [index, one])))
      t.is(problems.length === 0, sum <= defaultQuota - 100)
    }),
  )
})

test('fact 33: function names fit for every stack', (t) => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,60}$/)
  fc.assert(
    fc.property(word, word, (stack, name) => {
      t.true(physicalName('function', stack, name).length <= 64)
    }),
  )
})

test('secrets of the services are made empty, encrypted, and kept', async (t) => {
  const { all } = await cutover
  const secrets = all('aws:secretsmanager/secret:Secret')
  t.true(secrets.length > 0)
  for (const { name, protect, inputs, propertyDependencies } of secrets) {
    t.true(protect, name)
    t.is(inputs.recoveryWindowInDays, 30, name)
    t.true((propertyDependencies.kmsKeyId ?? []).length > 0, name)
  }
  t.is(all('aws:secretsmanager/secretVersion:SecretVersion').length, 0)
})

test('lesson 12: no policy of a role has a * action, and each * resource has its reason', async (t) => {
  const { all } = await cutover
  const { anyResourceReasons } = await import('../../components/policies.ts')
  const reasons = anyResourceReasons()
  for (const { name, inputs } of all('aws:iam/rolePolicy:RolePolicy')) {
    const document = inputs.policy
    const { Statement } = (typeof document === 'string' ? JSON.parse(document) : document) as {
      Statement: { Sid: string; Effect: string; Action: string[]; Resource: unknown }[]
    }
    for (const { Sid, Effect, Action, Resource } of Statement) {
      if (Effect === 'Deny') continue
      t.false(
        Action.some((action) => /^\*$|:\*$/.test(action)),
        `${name} ${Sid}`,
      )
      if (Resource === '*') t.truthy(reasons.get(Sid), `${name} ${Sid}`)
    }
  }
})

test('the payments API can start with what its task gives it, and answers as its target group asks', async (t) => {
  const { get } = await cutover
  const [container] = JSON.parse(
    String(get('aws:ecs/taskDefinition:TaskDefinition', 'api-task-definition').inputs.containerDefinitions),
  ) as [Record<'environment' | 'secrets', { name: string; value: string }[]>]
  const secrets: Record<string, string> = {
    DATABASE_URL: 'postgres://app:hush@pooler:6432/pay',
    CARD_TOKEN_KEY: 'k'.repeat(32),
  }
  const given = Object.fromEntries([
    ...container.environment.map(({ name, value }) => [name, value]),
    ...container.secrets.map(({ name }) => [name, secrets[name]]),
  ])
  const unread = Object.keys(given).filter((name) => !variableNames.includes(name))
  t.deepEqual(unread, [], 'given, and read by nobody')

  const environment = readEnvironment(given)
  const group = get('aws:lb/targetGroup:TargetGroup', 'frontDoor-cloud').inputs
  t.like(environment, { HOST: '0.0.0.0', PORT: group.port, SIDE: 'cloud', GATE: 'pgbouncer' })
  t.like(environment, { LOG_HOST: 'logs.pay.example.com', LOG_PORT: 6514 })
  t.is(environment.TLS !== 'off', group.protocol === 'HTTPS')
  const log = createLog(environment)
  const database = new Database({ url: environment.DATABASE_URL, poolSize: 1, log })
  const app = createApp({ payments: new Payments(database, 'key'), database, side: 'cloud', log })
  const { path } = group.healthCheck as { path: string }
  t.true(app.hasRoute({ method: 'GET', url: path }), path)
  await database.end()
})

test('fact 11: the log balancer may reach Logstash, also for health checks', async (t) => {
  const { all } = await cutover
  for (const port of [5044, 6514]) {
    const name = `network-groups-logBalancer-to-logstash-${port}`
    const rule = all('aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule').find(
      (each) => each.name === name,
    )
    t.like(rule?.inputs, { fromPort: port, toPort: port, ipProtocol: 'tcp' })
  }
})

test('fact 20: the key of the hosts’ disks lets Auto Scaling use it', async (t) => {
  const { get } = await cutover
  const key = get('aws:kms/key:Key', 'keys-payments')
  const template = get('aws:ec2/launchTemplate:LaunchTemplate', 'outbox-relay-hosts-template')
  t.deepEqual(template.propertyDependencies.blockDeviceMappings, [key.urn])
  t.regex(String(key.inputs.policy), /AWSServiceRoleForAutoScaling/)
})

test('fact 36: what keeps a stack from being destroyed is off where the stack is disposable, and on elsewhere', async (t) => {
  const dev = await whole({ stack: 'dev', phase: 'cutover' })
  for (const { found, disposable } of [
    { found: await cutover, disposable: false },
    { found: dev, disposable: true },
  ]) {
    const { get } = found
    t.is(
      get('aws:autoscaling/group:Group', 'outbox-relay-hosts-group').inputs.forceDelete,
      disposable,
      'hosts',
    )
    t.is(get('aws:route53/zone:Zone', 'logs-in-zone').inputs.forceDestroy, disposable, 'zone')
    t.is(
      get('aws:lb/loadBalancer:LoadBalancer', 'logs-in-nlb').inputs.enableDeletionProtection,
      !disposable,
      'balancer',
    )
    for (const { name, type, protect } of found.resources) {
      const stateful =
        /queue:Queue|bucket:Bucket$|key:Key|logGroup:LogGroup|domain:Domain|secret:Secret|zone:Zone/
      if (stateful.test(type)) t.is(protect, !disposable, name)
    }
  }
})

for (const runbook of alarmRunbooks) {
  const file = join(import.meta.dirname, `../../runbooks/${runbook}.md`)
  test(`the runbook ${runbook} exists`, (t) => {
    t.true(existsSync(file), `an alarm links runbooks/${runbook}.md`)
  })
}
