import * as pulumi from '@pulumi/pulumi'
import test from 'ava'
import { plainEnvironment } from '../../components/function-environment.ts'
import { PaymentQueue } from '../../components/payment-queue.ts'
import { VpcFunction } from '../../components/vpc-function.ts'
import { build } from './build.ts'
import { alertsTopicArn, functionArgs, makeFunction } from './parts.ts'
import { secure, statement, statements } from './secure.ts'

const lambda = 'aws:lambda/function:Function'
const rolePolicy = 'aws:iam/rolePolicy:RolePolicy'
const eventConfig = 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig'

/** Built once, looked at by many. */
const prod = build(makeFunction())

test('a function has its secure defaults', async (t) => {
  const found = await prod
  secure(t, found, [
    [lambda, 'worker-function', 'architectures', ['arm64']],
    [lambda, 'worker-function', 'reservedConcurrentExecutions', 10],
    [lambda, 'worker-function', 'tracingConfig.mode', 'Active'],
    [lambda, 'worker-function', 'loggingConfig.logFormat', 'JSON'],
    [lambda, 'worker-function', 'loggingConfig.systemLogLevel', 'INFO'],
    [lambda, 'worker-function', 'loggingConfig.logGroup', '/payments-lift/prod/functions/worker'],
    [lambda, 'worker-function', 'vpcConfig.securityGroupIds', ['sg-functions']],
    [lambda, 'worker-function', 'vpcConfig.subnetIds', ['subnet-1', 'subnet-2']],
    [lambda, 'worker-function', 'kmsKeyArn', '<unknown>'],
    [lambda, 'worker-function', 'timeout', 30],
    [lambda, 'worker-function', 'code.archive.path', 'dist/functions/something'],
    [lambda, 'worker-function', 'name', 'payments-lift-prod-worker'],
    ['aws:cloudwatch/logGroup:LogGroup', 'worker-logs-group', 'retentionInDays', 400],
    ['aws:cloudwatch/logGroup:LogGroup', 'worker-logs-group', 'kmsKeyId', '<unknown>'],
  ])
  t.true(found.get('aws:cloudwatch/logGroup:LogGroup', 'worker-logs-group').protect)
  t.deepEqual(found.get(lambda, 'worker-function').propertyDependencies.kmsKeyArn, [
    found.get('aws:kms/key:Key', 'keys-payments').urn,
  ])
})

test('lesson 9: functions of a class share one security group, and make none', async (t) => {
  const found = await build((given) => {
    makeFunction()(given)
  })
  t.is(found.all('aws:ec2/securityGroup:SecurityGroup').length, 0)
})

test('lesson 12: the role writes its own log, and code makes no network interfaces', async (t) => {
  const found = await prod
  const own = 'arn:aws:logs:eu-central-1:333333333333:log-group:/payments-lift/prod/functions/worker:*'
  t.deepEqual(statement(found, rolePolicy, 'worker-role', 'WriteOwnLog').Resource, [own])
  const refused = statement(found, rolePolicy, 'worker-role', 'RefuseInterfacesToCode')
  t.is(refused.Effect, 'Deny')
  t.deepEqual(refused.Action, statement(found, rolePolicy, 'worker-role', 'MakeInterfaces').Action)
  t.deepEqual(refused.Condition, {
    ArnEquals: {
      'lambda:SourceFunctionArn':
        'arn:aws:lambda:eu-central-1:333333333333:function:payments-lift-prod-worker',
    },
  })
  const any = statements(found, rolePolicy, 'worker-role').filter(
    ({ Effect, Resource }) => Effect === 'Allow' && Resource === '*',
  )
  t.deepEqual(
    any.map(({ Sid }) => Sid),
    ['SendTraces', 'MakeInterfaces'],
  )
  t.is(new Set(statements(found, rolePolicy, 'worker-role').map(({ Sid }) => Sid)).size, 7)
})

test('fact 30: retries, age and destination are said, and the role may write to it before it is set', async (t) => {
  const found = await prod
  const queue = 'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-failures'
  secure(t, found, [
    [eventConfig, 'worker-trigger-failures', 'maximumRetryAttempts', 2],
    [eventConfig, 'worker-trigger-failures', 'maximumEventAgeInSeconds', 3600],
    [eventConfig, 'worker-trigger-failures', 'destinationConfig.onFailure.destination', queue],
  ])
  const role = found.get(rolePolicy, 'worker-role')
  t.true(found.get(eventConfig, 'worker-trigger-failures').dependencies.includes(role.urn))
  t.deepEqual(statement(found, rolePolicy, 'worker-role', 'SendToFailures').Resource, [queue])
})

test('lesson 10: async is refused without retries, age or failure destination', async (t) => {
  const without = (key: string) =>
    build(
      makeFunction(({ invocation }) => {
        const { [key as 'kind']: _, ...rest } = invocation
        return { invocation: rest as typeof invocation }
      }),
    )
  await t.throwsAsync(without('maxRetries'), { message: /maxRetries is undefined/ })
  await t.throwsAsync(without('maxEventAgeSeconds'), { message: /maxEventAgeSeconds is undefined/ })
  await t.throwsAsync(without('onFailure'), { message: /onFailure names no queue/ })
})

test('fact 31: the policy for interfaces comes before the function, and the role outlives it', async (t) => {
  const found = await prod
  const { dependencies } = found.get(lambda, 'worker-function')
  t.true(dependencies.includes(found.get(rolePolicy, 'worker-role').urn))
  t.true(dependencies.includes(found.get('aws:iam/role:Role', 'worker-role').urn))
})

test('fact 32: SnapStart excludes Node, and comes with a published version', async (t) => {
  await t.throwsAsync(build(makeFunction(() => ({ coldStarts: { kind: 'snapStart' } }))), {
    message: /SnapStart is for Java and Python, not nodejs22.x/,
  })
  const found = await build(makeFunction(() => ({ runtime: 'java21', coldStarts: { kind: 'snapStart' } })))
  secure(t, found, [
    [lambda, 'worker-function', 'snapStart.applyOn', 'PublishedVersions'],
    [lambda, 'worker-function', 'publish', true],
  ])
  t.is(found.all('aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig').length, 0)
})

test('provisioned concurrency stands on an alias, and everything goes through it', async (t) => {
  const found = await build(makeFunction(() => ({ coldStarts: { kind: 'provisioned', concurrency: 5 } })))
  secure(t, found, [
    ['aws:lambda/alias:Alias', 'worker-alias', 'name', 'live'],
    [eventConfig, 'worker-trigger-failures', 'qualifier', 'live'],
    ['aws:lambda/permission:Permission', 'worker-trigger-permission', 'qualifier', 'live'],
    [
      'aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig',
      'worker-warm',
      'provisionedConcurrentExecutions',
      5,
    ],
  ])
  t.is(found.get(lambda, 'worker-function').inputs.snapStart, undefined)
  await t.throwsAsync(build(makeFunction(() => ({ coldStarts: { kind: 'provisioned', concurrency: 11 } }))), {
    message: /coldStarts.concurrency is 11; write a whole number from 1 to 10/,
  })
})

test('fact 33: a name longer than 64 letters is cut', async (t) => {
  const name = `w${'o'.repeat(46)}`
  const found = await build((given) => void new VpcFunction(name, functionArgs(given)))
  t.is(String(found.get(lambda, `${name}-function`).inputs.name).length, 64)
})

test('fact 34: security groups are not exchanged on destroy without a group to exchange them for', async (t) => {
  const found = await prod
  const { replaceSecurityGroupsOnDestroy, replacementSecurityGroupIds } = found.get(
    lambda,
    'worker-function',
  ).inputs
  t.is(replaceSecurityGroupsOnDestroy === true, replacementSecurityGroupIds !== undefined)
})

test('no secret stands in the environment', async (t) => {
  const withEnvironment = (environment: Record<string, pulumi.Input<string>>) =>
    build(makeFunction(() => ({ environment })))
  await t.throwsAsync(withEnvironment({ DATABASE_PASSWORD: 'x' }), {
    message: /DATABASE_PASSWORD looks like a secret; hand over its ARN as DATABASE_PASSWORD_ARN/,
  })
  await t.throwsAsync(withEnvironment({ DATABASE: 'postgres://app:pw@db/pay' }), {
    message: /DATABASE has a secret in its value/,
  })
  const { HARMLESS } = plainEnvironment({ HARMLESS: pulumi.secret('pw') }, 'VpcFunction worker')
  // Outputs hide their promise in the public types.
  const promised = HARMLESS as unknown as { promise(): Promise<unknown> }
  await t.throwsAsync(() => promised.promise(), {
    message: /VpcFunction worker: environment HARMLESS is a secret/,
  })
  await t.notThrowsAsync(
    withEnvironment({ DATABASE_PASSWORD_ARN: 'arn:aws:secretsmanager:…', URL: 'https://a/b' }),
  )
})

test('messages of a queue come in batches whose failures come back one by one', async (t) => {
  const found = await build(
    makeFunction(({ context, keys }) => ({
      invocation: {
        kind: 'queue',
        queue: new PaymentQueue('letters', {
          context,
          keyArn: keys.logsArn,
          functionTimeoutSeconds: 30,
          alertsTopicArn,
        }),
      },
    })),
  )
  const mapping = 'aws:lambda/eventSourceMapping:EventSourceMapping'
  secure(t, found, [
    [mapping, 'worker-trigger-messages', 'functionResponseTypes', ['ReportBatchItemFailures']],
    [mapping, 'worker-trigger-messages', 'scalingConfig.maximumConcurrency', 10],
  ])
  const { dependencies } = found.get(mapping, 'worker-trigger-messages')
  t.true(dependencies.includes(found.get(rolePolicy, 'worker-role').urn))
  t.true(dependencies.includes(found.get('aws:sqs/queue:Queue', 'letters-queue').urn))
  t.is(found.all(eventConfig).length, 0)
  t.deepEqual(statement(found, rolePolicy, 'worker-role', 'ReceiveMessages').Resource, [
    'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-letters',
  ])
})

test('a schedule has retries and dead letters of its own, and a role that may invoke this function only', async (t) => {
  const found = await build(
    makeFunction(({ invocation }) => ({
      invocation: { ...invocation, kind: 'schedule', expression: 'rate(5 minutes)' } as typeof invocation,
    })),
  )
  const schedule = 'aws:scheduler/schedule:Schedule'
  secure(t, found, [
    [schedule, 'worker-trigger-clock', 'scheduleExpression', 'rate(5 minutes)'],
    [schedule, 'worker-trigger-clock', 'scheduleExpressionTimezone', 'UTC'],
    [schedule, 'worker-trigger-clock', 'target.retryPolicy.maximumRetryAttempts', 2],
    [
      schedule,
      'worker-trigger-clock',
      'target.deadLetterConfig.arn',
      'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-failures',
    ],
  ])
  t.is(found.all(eventConfig).length, 1)
  t.deepEqual(statement(found, rolePolicy, 'worker-trigger-role', 'Invoke').Action, ['lambda:InvokeFunction'])
  await t.throwsAsync(
    build(
      makeFunction(({ invocation }) => ({
        invocation: { ...invocation, kind: 'schedule', expression: 'hourly' } as typeof invocation,
      })),
    ),
    { message: /expression is «hourly»/ },
  )
})

test('lesson 3: one role, one log group and one set of alarms for each function, each alarm with a runbook', async (t) => {
  const found = await prod
  const alarms = found
    .all('aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ name }) => name.startsWith('worker-'))
  t.deepEqual(alarms.map(({ name }) => name).toSorted(), [
    'worker-errors',
    'worker-lost',
    'worker-slow',
    'worker-throttles',
  ])
  for (const { inputs } of alarms) {
    t.regex(String(inputs.alarmDescription), /Runbook: runbooks\/[a-z-]+\.md$/)
    t.deepEqual(inputs.alarmActions, [alertsTopicArn])
  }
  t.is(found.all(lambda).length, 1)
  t.is(found.all('aws:iam/role:Role').length, 1)
})
