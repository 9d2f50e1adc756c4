import test from 'ava'
import { keyPolicy, logGroupPatterns } from '../../components/key-policy.ts'
import { anyResource, anyResourceReasons, policy, trust } from '../../components/policies.ts'

const where = { accountId: '333333333333', region: 'eu-central-1', stack: 'prod', partition: 'aws' }

test('a * action is refused', (t) => {
  for (const action of ['*', 's3:*', 'kms:*']) {
    t.throws(() => policy([{ sid: 'Wide', actions: [action], resources: ['arn:aws:s3:::b'] }]), {
      message: /Wide: the action .* grants everything/,
    })
  }
})

test('a * resource is refused without a written reason', (t) => {
  t.throws(() => policy([{ sid: 'Any', actions: ['ec2:DescribeInstances'], resources: ['*'] }]), {
    message: /needs a written reason/,
  })
  t.throws(() => anyResource('because'), { message: /is none/ })
  policy([
    {
      sid: 'DescribeInstances',
      actions: ['ec2:DescribeInstances'],
      resources: anyResource('ec2:DescribeInstances cannot be narrowed to a resource'),
    },
  ])
  t.regex(anyResourceReasons().get('DescribeInstances') ?? '', /cannot be narrowed/)
})

test('a * principal needs a condition', (t) => {
  const statement = {
    sid: 'World',
    actions: ['s3:GetObject'],
    resources: ['arn:aws:s3:::b/*'],
    principals: '*' as const,
  }
  t.throws(() => policy([statement]), { message: /lets the whole world in/ })
})

test('a service takes a role for this account only, where it says for whom', (t) => {
  t.deepEqual(trust('ecs-tasks.amazonaws.com', '333333333333').Statement[0]?.Condition, {
    StringEquals: { 'aws:SourceAccount': '333333333333' },
  })
  t.is(trust('ec2.amazonaws.com', '333333333333').Statement[0]?.Condition, undefined)
})

test('fact 21: CloudWatch Logs uses its key for log groups of the stack only', (t) => {
  const statement = keyPolicy(where, ['cloudWatchLogs']).Statement.find(({ Sid }) => Sid === 'CloudWatchLogs')
  t.deepEqual(statement?.Principal, { Service: ['logs.eu-central-1.amazonaws.com'] })
  t.deepEqual(
    statement?.Condition?.ArnLike?.['kms:EncryptionContext:aws:logs:arn'],
    logGroupPatterns(where).map((name) => `arn:aws:logs:eu-central-1:333333333333:log-group:${name}`),
  )
})

test('fact 22: alarms, budgets and anomalies may use the key of a topic', (t) => {
  const services = keyPolicy(where, ['cloudWatchAlarms', 'budgets', 'costAnomalies']).Statement.flatMap(
    ({ Principal }) => (typeof Principal === 'object' && 'Service' in Principal ? Principal.Service : []),
  )
  t.deepEqual(services, ['cloudwatch.amazonaws.com', 'budgets.amazonaws.com', 'costalerts.amazonaws.com'])
})

test('fact 20: the role of Auto Scaling may use the key of disks and grant it to AWS', (t) => {
  const statements = keyPolicy(where, ['autoScaling']).Statement.filter(({ Sid }) =>
    Sid.startsWith('AutoScaling'),
  )
  t.is(statements.length, 2)
  for (const { Principal } of statements) {
    t.regex(JSON.stringify(Principal), /AWSServiceRoleForAutoScaling/)
  }
  t.deepEqual(statements[1]?.Condition, { Bool: { 'kms:GrantIsForAWSResource': 'true' } })
})

test('nobody but the account and the services named may use a key', (t) => {
  const principals = keyPolicy(where, []).Statement.map(({ Principal }) => JSON.stringify(Principal))
  t.deepEqual([...new Set(principals)], ['{"AWS":["arn:aws:iam::333333333333:root"]}'])
})
