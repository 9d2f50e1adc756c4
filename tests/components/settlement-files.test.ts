import test from 'ava'
import fc from 'fast-check'
import { bucketProblems, SettlementFiles } from '../../components/settlement-files.ts'
import { refusalPattern } from '../../components/settlement-refusals.ts'
import { build, type Given } from './build.ts'
import { accessLogs, functionArgs } from './parts.ts'
import { secure, statement } from './secure.ts'

const make =
  (change: object = {}) =>
  (given: Given) => {
    const { invocation, statements, description, environment, ...common } = functionArgs(given)
    return void new SettlementFiles('settlement', {
      ...common,
      accessLogs: accessLogs(given),
      retentionDays: 400,
      messagesKeyArn: 'arn:aws:kms:eu-central-1:333333333333:key/messages',
      ...change,
    })
  }

const source = 'arn:aws:s3:::payments-lift-prod-settlement-source-333333333333'
const destination = 'arn:aws:s3:::payments-lift-prod-settlement-destination-333333333333'
const notification = 'aws:s3/bucketNotification:BucketNotification'
const permission = 'aws:lambda/permission:Permission'
const eventConfig = 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig'

/** Built once, looked at by many. */
const prod = build(make())

test('lesson 13: source and destination in one bucket are refused', async (t) => {
  await t.throwsAsync(build(make({ destination: 'settlement-source' })), {
    message: /source and destination are the same bucket, settlement-source/,
  })
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      t.is(bucketProblems(a, b).length === 0, a !== b)
    }),
  )
})

test('fact 28: the permission comes before the notification, and a bucket has one', async (t) => {
  const found = await prod
  t.is(found.all(notification).length, 1)
  const { dependencies } = found.get(notification, 'settlement-arrived')
  t.true(dependencies.includes(found.get(permission, 'settlement-permission').urn))
  t.true(dependencies.includes(found.get(eventConfig, 'settlement-function-trigger-failures').urn))
  secure(t, found, [
    [permission, 'settlement-permission', 'principal', 's3.amazonaws.com'],
    [permission, 'settlement-permission', 'sourceArn', source],
    [permission, 'settlement-permission', 'sourceAccount', '333333333333'],
  ])
})

test('both buckets are private, encrypted, and refuse plain HTTP', async (t) => {
  const found = await prod
  for (const part of ['source', 'destination']) {
    const name = `settlement-${part}`
    const closed = 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock'
    const encryption =
      'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration'
    secure(t, found, [
      [closed, `${name}-closed`, 'blockPublicAcls', true],
      [closed, `${name}-closed`, 'blockPublicPolicy', true],
      [closed, `${name}-closed`, 'ignorePublicAcls', true],
      [closed, `${name}-closed`, 'restrictPublicBuckets', true],
      [
        encryption,
        `${name}-encryption`,
        'rules.0.applyServerSideEncryptionByDefault.sseAlgorithm',
        'aws:kms',
      ],
    ])
    const refused = statement(found, 'aws:s3/bucketPolicy:BucketPolicy', `${name}-policy`, 'RefusePlainHttp')
    t.is(refused.Effect, 'Deny')
    t.true(found.get('aws:s3/bucket:Bucket', name).protect)
  }
})

test('lesson 12: the function reads the source, writes the destination, and reads only results there', async (t) => {
  const found = await prod
  const role = ['aws:iam/rolePolicy:RolePolicy', 'settlement-function-role'] as const
  const read = statement(found, ...role, 'ReadSource')
  t.deepEqual([read.Action, read.Resource], [['s3:GetObjectVersion'], [`${source}/*`]])
  const write = statement(found, ...role, 'WriteDestination')
  t.deepEqual(
    [write.Action, write.Resource],
    [['s3:PutObject', 's3:AbortMultipartUpload'], [`${destination}/*`]],
  )
  const looks = statement(found, ...role, 'ReadResult')
  t.deepEqual([looks.Action, looks.Resource], [['s3:GetObject'], [`${destination}/*.result.json`]])
})

test('a file that fails for good is kept', async (t) => {
  const found = await prod
  secure(t, found, [
    [
      eventConfig,
      'settlement-function-trigger-failures',
      'destinationConfig.onFailure.destination',
      'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-settlement-dead',
    ],
    [eventConfig, 'settlement-function-trigger-failures', 'maximumRetryAttempts', 2],
  ])
})

test('a rejected file and refused lines are told to people, with a runbook', async (t) => {
  const found = await prod
  const filter = found.get('aws:cloudwatch/logMetricFilter:LogMetricFilter', 'settlement-refused')
  t.is(filter.inputs.logGroupName, '/payments-lift/prod/functions/settlement-function')
  t.is(filter.inputs.pattern, refusalPattern)
  const { metricTransformation: counted } = filter.inputs as unknown as {
    metricTransformation: { namespace: string; name: string; value: string }
  }
  t.is(counted.value, '1')
  const alarm = found.get('aws:cloudwatch/metricAlarm:MetricAlarm', 'settlement-refused')
  t.like(alarm.inputs, {
    namespace: counted.namespace,
    metricName: counted.name,
    statistic: 'Sum',
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 0,
    alarmDescription:
      'A settlement file was rejected, or lines of one were refused. Runbook: runbooks/dead-letters.md',
  })
  t.is((alarm.inputs.alarmActions as unknown[]).length, 1)
  t.true(alarm.dependencies.includes(filter.urn))
})
