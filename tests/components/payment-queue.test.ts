import test from 'ava'
import { PaymentQueue } from '../../components/payment-queue.ts'
import { build, type Given } from './build.ts'
import { alertsTopicArn } from './parts.ts'
import { secure, statement } from './secure.ts'

const queue = 'aws:sqs/queue:Queue'
const make =
  (change: object = {}) =>
  ({ context }: Given) =>
    void new PaymentQueue('letters', {
      context,
      keyArn: 'arn:aws:kms:eu-central-1:333333333333:key/messages',
      functionTimeoutSeconds: 30,
      alertsTopicArn,
      ...change,
    })

/** Built once, looked at by many. */
const prod = build(make())

test('a queue has its secure defaults', async (t) => {
  const found = await prod
  secure(t, found, [
    [queue, 'letters-queue', 'kmsMasterKeyId', 'arn:aws:kms:eu-central-1:333333333333:key/messages'],
    [queue, 'letters-dead-queue', 'kmsMasterKeyId', 'arn:aws:kms:eu-central-1:333333333333:key/messages'],
    [queue, 'letters-dead-queue', 'messageRetentionSeconds', 1209600],
    [queue, 'letters-queue', 'receiveWaitTimeSeconds', 20],
  ])
  for (const name of ['letters-queue', 'letters-dead-queue']) {
    const refused = statement(found, queue, name, 'RefusePlainHttp')
    t.is(refused.Effect, 'Deny')
    t.deepEqual(refused.Condition, { Bool: { 'aws:SecureTransport': 'false' } })
    t.true(found.get(queue, name).protect)
  }
})

test('fact 29: messages stay hidden for six time-outs and are tried five times', async (t) => {
  const found = await prod
  t.is(found.get(queue, 'letters-queue').inputs.visibilityTimeoutSeconds, 180)
  const redrive = JSON.parse(String(found.get(queue, 'letters-queue').inputs.redrivePolicy))
  t.deepEqual(redrive, {
    deadLetterTargetArn: 'arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-letters-dead',
    maxReceiveCount: 5,
  })
  await t.throwsAsync(build(make({ maxReceiveCount: 4 })), { message: /maxReceiveCount is 4/ })
})

test('the dead-letter queue exists first, and takes letters of its own queue only', async (t) => {
  const found = await prod
  t.true(found.get(queue, 'letters-queue').dependencies.includes(found.get(queue, 'letters-dead-queue').urn))
  const { redriveAllowPolicy } = found.get(
    'aws:sqs/redriveAllowPolicy:RedriveAllowPolicy',
    'letters-redrive',
  ).inputs
  t.deepEqual(JSON.parse(String(redriveAllowPolicy)), {
    redrivePermission: 'byQueue',
    sourceQueueArns: ['arn:aws:sqs:eu-central-1:333333333333:payments-lift-prod-letters'],
  })
})

test('one dead letter is enough for people to be told', async (t) => {
  const { inputs } = (await prod).get('aws:cloudwatch/metricAlarm:MetricAlarm', 'letters-dead-waiting')
  t.like(inputs, {
    threshold: 0,
    comparisonOperator: 'GreaterThanThreshold',
    metricName: 'ApproximateNumberOfMessagesVisible',
  })
  t.regex(String(inputs.alarmDescription), /runbooks\/dead-letters\.md/)
})
