import test from 'ava'
import { BillingAlerts } from '../../components/billing-alerts.ts'
import { build, type Given } from './build.ts'
import { secure, statement } from './secure.ts'

const topic = 'aws:sns/topic:Topic'
const key = 'aws:kms/key:Key'
const alarm = 'aws:cloudwatch/metricAlarm:MetricAlarm'
const recipients = ['a@example.com', 'b@example.com']

const make =
  (change: object = {}) =>
  ({ context }: Given) =>
    void new BillingAlerts('costs', {
      context,
      monthlyUsd: 18000,
      anomalyUsd: 300,
      recipients,
      keyArn: 'alerts-key',
      ...change,
    })
const prod = build(make())

test('fact 26: estimated charges are counted in us-east-1, in dollars, a few times a day', async (t) => {
  const found = await prod
  t.like(found.get(alarm, 'costs-estimated').inputs, {
    region: 'us-east-1',
    namespace: 'AWS/Billing',
    metricName: 'EstimatedCharges',
    dimensions: { Currency: 'USD' },
    threshold: 18000,
    statistic: 'Maximum',
  })
  t.true(Number(found.get(alarm, 'costs-estimated').inputs.period) >= 21600)
  t.deepEqual(found.get(alarm, 'costs-estimated').propertyDependencies.alarmActions, [
    found.get(topic, 'costs-charges-topic').urn,
    found.get('aws:sns/topicPolicy:TopicPolicy', 'costs-charges-policy').urn,
  ])
})

test('the topic of that alarm, its key, its policy and its recipients are in us-east-1 too', async (t) => {
  const found = await prod
  secure(t, found, [
    [topic, 'costs-charges-topic', 'region', 'us-east-1'],
    [key, 'costs-charges-key', 'region', 'us-east-1'],
    [key, 'costs-charges-key', 'enableKeyRotation', true],
    ['aws:sns/topicPolicy:TopicPolicy', 'costs-charges-policy', 'region', 'us-east-1'],
    ['aws:sns/topicSubscription:TopicSubscription', 'costs-charges-to-1', 'region', 'us-east-1'],
    [topic, 'costs-topic-topic', 'region', undefined],
    [topic, 'costs-topic-topic', 'kmsMasterKeyId', 'alerts-key'],
  ])
  t.deepEqual(found.get(topic, 'costs-charges-topic').propertyDependencies.kmsMasterKeyId, [
    found.get(key, 'costs-charges-key').urn,
  ])
  t.true(found.get(key, 'costs-charges-key').protect)
})

test('fact 22: the keys of both topics allow who publishes', async (t) => {
  const found = await prod
  t.deepEqual(statement(found, key, 'costs-charges-key', 'CloudWatchAlarms').Principal, {
    Service: ['cloudwatch.amazonaws.com'],
  })
  const publish = (name: string) =>
    statement(found, 'aws:sns/topicPolicy:TopicPolicy', name, 'Publish').Principal
  t.deepEqual(publish('costs-charges-policy'), { Service: ['cloudwatch.amazonaws.com'] })
  t.deepEqual(publish('costs-topic-policy'), {
    Service: ['budgets.amazonaws.com', 'costalerts.amazonaws.com'],
  })
})

test('only services of this account may publish, and not in plain HTTP', async (t) => {
  const found = await prod
  const policy = ['aws:sns/topicPolicy:TopicPolicy', 'costs-topic-policy'] as const
  t.deepEqual(statement(found, ...policy, 'Publish').Condition, {
    StringEquals: { 'aws:SourceAccount': '333333333333' },
  })
  t.is(statement(found, ...policy, 'RefusePlainHttp').Effect, 'Deny')
})

test('the budget counts what is tagged with this stack, and tells people of what was spent and what will be', async (t) => {
  const { inputs } = (await prod).get('aws:budgets/budget:Budget', 'costs-budget')
  t.deepEqual(inputs.costFilters, [{ name: 'TagKeyValue', values: ['user:Stack$prod'] }])
  t.like(inputs, { limitAmount: '18000', limitUnit: 'USD', timeUnit: 'MONTHLY', budgetType: 'COST' })
  const notices = inputs.notifications as { notificationType: string; threshold: number }[]
  t.deepEqual(
    notices.map(({ notificationType, threshold }) => [notificationType, threshold]),
    [
      ['ACTUAL', 50],
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ],
  )
  for (const notice of notices) t.like(notice, { subscriberEmailAddresses: recipients })
  t.true(notices.length <= 10)
})

test('fact 27: an anomaly is told at once, to a topic, from an impact on', async (t) => {
  const found = await prod
  const { inputs } = found.get('aws:costexplorer/anomalySubscription:AnomalySubscription', 'costs-anomalies')
  t.is(inputs.frequency, 'IMMEDIATE')
  t.deepEqual(
    (inputs.subscribers as { type: string }[]).map(({ type }) => type),
    ['SNS'],
  )
  t.deepEqual(inputs.thresholdExpression, {
    dimension: {
      key: 'ANOMALY_TOTAL_IMPACT_ABSOLUTE',
      values: ['300'],
      matchOptions: ['GREATER_THAN_OR_EQUAL'],
    },
  })
})

test('ruling 5: the monitor of a stack is a custom one, of its tag', async (t) => {
  const { inputs } = (await prod).get('aws:costexplorer/anomalyMonitor:AnomalyMonitor', 'costs-monitor')
  t.is(inputs.monitorType, 'CUSTOM')
  t.deepEqual(JSON.parse(String(inputs.monitorSpecification)), {
    Tags: { Key: 'Stack', Values: ['prod'], MatchOptions: ['EQUALS'] },
  })
})

test('lesson 18: each message names the runbook, in the words AWS lets us choose', async (t) => {
  const found = await prod
  const file = /runbooks\/billing-alarm\.md/
  t.regex(String(found.get(alarm, 'costs-estimated').inputs.alarmDescription), file)
  t.regex(String(found.get('aws:budgets/budget:Budget', 'costs-budget').inputs.name), file)
  t.regex(
    String(
      found.get('aws:costexplorer/anomalySubscription:AnomalySubscription', 'costs-anomalies').inputs.name,
    ),
    file,
  )
  for (const { inputs } of found.all(topic)) {
    t.regex(String(inputs.displayName), file)
    t.true(String(inputs.displayName).length <= 100)
  }
  // AWS: a budget's name is at most 100 letters, without : and \.
  t.regex(String(found.get('aws:budgets/budget:Budget', 'costs-budget').inputs.name), /^[^:\\]{1,100}$/)
})

test('a budget nobody hears is refused', async (t) => {
  await t.throwsAsync(build(make({ recipients: [] })), { message: /a budget nobody hears is none/ })
})
