/** What AWS takes without a word, and what then never happens. */

import test from 'ava'
import type { Aws } from '../../engine/stand-in/aws.ts'
import type { WireObject } from '../../engine/stand-in/wire.ts'
import { allow, fresh, made } from './made.ts'

test('fact 10: a network balancer with access logs has TLS listeners', (t) => {
  const aws = fresh()
  made(aws, 'aws:s3/bucket:Bucket', 'b', { bucket: 'logs' })
  made(aws, 'aws:s3/bucketPolicy:BucketPolicy', 'p', {
    bucket: 'logs',
    policy: allow('s3:PutObject', 'arn:aws:s3:::logs/*', 'delivery.logs.amazonaws.com'),
  })
  const listener = (name: string, protocol: string, enabled: boolean) => {
    const accessLogs = { bucket: 'logs', enabled }
    const inputs = { loadBalancerType: 'network', subnets: ['subnet-1'], accessLogs }
    const { outputs } = made(aws, 'aws:lb/loadBalancer:LoadBalancer', name, inputs)
    return () =>
      made(aws, 'aws:lb/listener:Listener', name, {
        loadBalancerArn: outputs.arn!,
        protocol,
        port: 5432,
        ...(protocol === 'TLS' && { certificateArn: 'arn:c' }),
        defaultActions: [{ type: 'forward', targetGroupArn: 'arn:g' }],
      })
  }
  t.throws(listener('a', 'TCP', true), { message: /would never hold a line/ })
  t.notThrows(listener('b', 'TCP', false))
  t.notThrows(listener('c', 'TLS', true))
})

const keyFor = (aws: Aws, who: string) =>
  made(aws, 'aws:kms/key:Key', `key-${who}`, { policy: `{"Who":"${who}"}` }).outputs.arn!

test('fact 20: the key of hosts’ disks lets Auto Scaling use it', (t) => {
  const aws = fresh()
  const group = (name: string, kmsKeyId: string) => {
    const { id } = made(aws, 'aws:ec2/launchTemplate:LaunchTemplate', name, {
      blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs: { encrypted: 'true', kmsKeyId } }],
    })
    const inputs = { maxSize: 1, minSize: 0, launchTemplate: { id } }
    return () => made(aws, 'aws:autoscaling/group:Group', name, inputs)
  }
  t.throws(group('a', String(keyFor(aws, 'nobody'))), {
    message: /does not allow AWSServiceRoleForAutoScaling/,
  })
  t.notThrows(group('b', String(keyFor(aws, 'AWSServiceRoleForAutoScaling'))))
})

test('fact 22: who tells a topic may use its key', (t) => {
  const aws = fresh()
  const topic = (name: string, who: string) =>
    made(aws, 'aws:sns/topic:Topic', name, { name, kmsMasterKeyId: keyFor(aws, who) }).outputs.arn!
  const senders: Record<string, (arn: string) => [token: string, inputs: WireObject]> = {
    cloudwatch: (arn) => ['aws:cloudwatch/metricAlarm:MetricAlarm', { alarmActions: [arn] }],
    budgets: (arn) => ['aws:budgets/budget:Budget', { notifications: [{ subscriberSnsTopicArns: [arn] }] }],
    costalerts: (arn) => [
      'aws:costexplorer/anomalySubscription:AnomalySubscription',
      { subscribers: [{ type: 'SNS', address: arn }] },
    ],
  }
  for (const [sender, of] of Object.entries(senders)) {
    const tell = (name: string, who: string) => () =>
      made(aws, ...withName(of(String(topic(name, who))), name))
    t.throws(tell(`${sender}-1`, 'nobody'), { message: /so nothing would arrive/ }, sender)
    t.notThrows(tell(`${sender}-2`, `${sender}.amazonaws.com`), sender)
  }
})
const withName = ([token, inputs]: [string, WireObject], name: string): [string, string, WireObject] => [
  token,
  name,
  inputs,
]
