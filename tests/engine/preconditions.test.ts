import test from 'ava'
import type { Aws } from '../../engine/stand-in/aws.ts'
import type { WireObject } from '../../engine/stand-in/wire.ts'
import './silent-facts.ts'
import { allow, fresh, made } from './made.ts'

const role = (aws: Aws) => made(aws, 'aws:iam/role:Role', 'r', { assumeRolePolicy: '{}' })
const grant = (aws: Aws, action: string, resource: string) =>
  made(aws, 'aws:iam/rolePolicy:RolePolicy', `${action}`, {
    role: 'r',
    name: action,
    policy: allow(action, resource),
  })
const code = { runtime: 'nodejs20.x', handler: 'h', s3Bucket: 'b', s3Key: 'k' }
const lambda = (aws: Aws, more: WireObject = {}) =>
  made(aws, 'aws:lambda/function:Function', 'f', {
    name: 'f',
    role: 'arn:aws:iam::123456789012:role/r',
    ...code,
    ...more,
  })

test('fact 6: a service waits for the listener of its target group', (t) => {
  const aws = fresh()
  const group = made(aws, 'aws:lb/targetGroup:TargetGroup', 'g', { port: 1, protocol: 'TCP', vpcId: 'v' })
  const service = () =>
    made(aws, 'aws:ecs/service:Service', 's', {
      cluster: 'c',
      loadBalancers: [{ targetGroupArn: group.outputs.arn!, containerName: 'a', containerPort: 1 }],
    })
  t.throws(service, { message: /does not have an associated load balancer/ })
  made(aws, 'aws:lb/listener:Listener', 'l', {
    loadBalancerArn: 'arn:lb',
    defaultActions: [{ type: 'forward', targetGroupArn: group.outputs.arn! }],
  })
  t.notThrows(service)
})

test('fact 12: the bucket of a load balancer has a policy for it, SSE-S3, and the same region', (t) => {
  const aws = fresh()
  made(aws, 'aws:s3/bucket:Bucket', 'b', { bucket: 'logs' })
  made(aws, 'aws:s3/bucket:Bucket', 'far', { bucket: 'far', region: 'eu-west-1' })
  const door = (name: string, bucket = 'logs') =>
    made(aws, 'aws:lb/loadBalancer:LoadBalancer', name, { accessLogs: { bucket, enabled: true } })
  t.throws(() => door('a'), { message: /Access Denied for bucket/ })
  const writer = 'logdelivery.elasticloadbalancing.amazonaws.com'
  made(aws, 'aws:s3/bucketPolicy:BucketPolicy', 'p', {
    bucket: 'logs',
    policy: allow('s3:PutObject', 'arn:aws:s3:::logs/*', writer),
  })
  t.notThrows(() => door('b'))
  t.throws(() => door('c', 'far'), { message: /another region/ })
  made(aws, 'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration', 'e', {
    bucket: 'logs',
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' } }],
  })
  t.throws(() => door('d'), { message: /SSE-S3 only/ })
})

test('facts 17 and 19: capacity providers protect their hosts, and belong to the cluster first', (t) => {
  const aws = fresh()
  const provider = (name: string, group: WireObject) =>
    made(aws, 'aws:ecs/capacityProvider:CapacityProvider', name, {
      name,
      autoScalingGroupProvider: { autoScalingGroupArn: group.arn!, managedTerminationProtection: 'ENABLED' },
    })
  const asg = (name: string, more: WireObject) =>
    made(aws, 'aws:autoscaling/group:Group', name, { maxSize: 1, minSize: 0, ...more }).outputs
  t.throws(() => provider('p', asg('a', {})), { message: /instance protection/ })
  provider('hosts', asg('b', { protectFromScaleIn: true }))
  const service = () =>
    made(aws, 'aws:ecs/service:Service', 's', {
      cluster: 'arn:aws:ecs:us-east-1:1:cluster/c',
      capacityProviderStrategies: [{ capacityProvider: 'hosts' }],
    })
  t.throws(service, { message: /not associated with the cluster/ })
  made(aws, 'aws:ecs/clusterCapacityProviders:ClusterCapacityProviders', 'cp', {
    clusterName: 'c',
    capacityProviders: ['hosts'],
  })
  t.notThrows(service)
})

test('fact 21: the key of a log group lets CloudWatch Logs of its region use it', (t) => {
  const aws = fresh('eu-west-1')
  const group = (name: string, region: string, condition: string) => {
    const policy = `{"Service":"logs.${region}.amazonaws.com","Condition":"${condition}"}`
    const key = made(aws, 'aws:kms/key:Key', `key-${name}`, { policy })
    return () => made(aws, 'aws:cloudwatch/logGroup:LogGroup', name, { name, kmsKeyId: key.outputs.arn! })
  }
  t.throws(group('a', 'us-east-1', 'kms:EncryptionContext:aws:logs:arn'), { message: /not allowed/ })
  t.throws(group('b', 'eu-west-1', ''), { message: /not allowed/ })
  t.notThrows(group('c', 'eu-west-1', 'kms:EncryptionContext:aws:logs:arn'))
})

test('fact 23: a log group takes two subscription filters', (t) => {
  const aws = fresh()
  const filter = (name: string) =>
    made(aws, 'aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter', name, {
      name,
      logGroup: 'g',
      filterPattern: '',
      destinationArn: 'arn',
    })
  filter('a')
  filter('b')
  t.throws(() => filter('c'), { message: /LimitExceeded/ })
})

test('fact 26: EstimatedCharges is watched in us-east-1', (t) => {
  const alarm = (region: string) =>
    made(fresh(region), 'aws:cloudwatch/metricAlarm:MetricAlarm', 'a', { metricName: 'EstimatedCharges' })
  t.throws(() => alarm('eu-west-1'), { message: /us-east-1 only/ })
  t.notThrows(() => alarm('us-east-1'))
})

test('fact 28: a bucket may call the function before it is told to', (t) => {
  const aws = fresh()
  role(aws)
  const target = lambda(aws)
  const notify = () =>
    made(aws, 'aws:s3/bucketNotification:BucketNotification', 'n', {
      bucket: 'b',
      lambdaFunctions: [{ events: ['s3:ObjectCreated:*'], lambdaFunctionArn: target.outputs.arn! }],
    })
  t.throws(notify, { message: /Unable to validate/ })
  made(aws, 'aws:lambda/permission:Permission', 'p', {
    action: 'lambda:InvokeFunction',
    function: 'f',
    principal: 's3.amazonaws.com',
  })
  t.notThrows(notify)
})

test('fact 29: a queue hides a message for as long as its function may take', (t) => {
  const aws = fresh()
  role(aws)
  lambda(aws, { timeout: 60 })
  const read = (visibilityTimeoutSeconds: number) => {
    const name = `q${visibilityTimeoutSeconds}`
    const queue = made(aws, 'aws:sqs/queue:Queue', name, { name, visibilityTimeoutSeconds })
    return () =>
      made(aws, 'aws:lambda/eventSourceMapping:EventSourceMapping', name, {
        functionName: 'f',
        eventSourceArn: queue.outputs.arn!,
      })
  }
  t.throws(read(30), { message: /less than Function timeout/ })
  t.throws(read(360), { message: /ReceiveMessage/ })
  grant(aws, 'sqs:ReceiveMessage', '*')
  t.notThrows(read(361))
})

test('fact 30: a role may write to the failure destination before it is set', (t) => {
  const aws = fresh()
  role(aws)
  lambda(aws)
  const destination = 'arn:aws:sqs:us-east-1:123456789012:dead'
  const set = () =>
    made(aws, 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig', 'e', {
      functionName: 'f',
      destinationConfig: { onFailure: { destination } },
    })
  t.throws(set, { message: /does not have permissions to send/ })
  grant(aws, 'sqs:SendMessage', destination)
  t.notThrows(set)
})

test('fact 31: a role may make network interfaces before its function is in a VPC', (t) => {
  const aws = fresh()
  role(aws)
  const inside = () => lambda(aws, { vpcConfig: { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] } })
  t.throws(inside, { message: /CreateNetworkInterface/ })
  grant(aws, 'ec2:CreateNetworkInterface', '*')
  t.notThrows(inside)
})

test('fact 32: a hundred concurrent executions stay unreserved', (t) => {
  const aws = fresh()
  role(aws)
  lambda(aws, { name: 'a', reservedConcurrentExecutions: 600 })
  t.throws(() => lambda(aws, { name: 'b', reservedConcurrentExecutions: 301 }), {
    message: /below its minimum/,
  })
  t.notThrows(() => lambda(aws, { name: 'c', reservedConcurrentExecutions: 300 }))
})
