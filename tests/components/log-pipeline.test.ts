import * as pulumi from '@pulumi/pulumi'
import test from 'ava'
import fc from 'fast-check'
import { Cluster } from '../../components/cluster.ts'
import { LogPipeline } from '../../components/log-pipeline.ts'
import { searchZones } from '../../components/log-search.ts'
import { comparedQueries } from '../../components/log-ways.ts'
import { build, type Given } from './build.ts'
import { accessLogs, alertsTopicArn } from './parts.ts'
import { secure, statement, statements } from './secure.ts'

const domain = 'aws:opensearch/domain:Domain'
const listener = 'aws:lb/listener:Listener'
const group = 'aws:lb/targetGroup:TargetGroup'
const balancer = 'aws:lb/loadBalancer:LoadBalancer'
const stream = 'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream'
const alarm = 'aws:cloudwatch/metricAlarm:MetricAlarm'
const rolePolicy = 'aws:iam/rolePolicy:RolePolicy'

const make = (given: Given) => {
  const { context, settings } = given
  const cluster = new Cluster('cluster', { context, keyArn: 'key', logDays: 400, alertsTopicArn })
  return void new LogPipeline('logs', {
    context,
    cluster,
    hostName: 'logs.pay.example.com',
    certificate: { arn: 'certificate' },
    logstash: {
      size: { cpu: '1 vCPU', memory: '4 GB' },
      tasks: 3,
      image: 'logstash@sha256:0',
      repositoryArn: 'arn:aws:ecr:eu-central-1:333333333333:repository/logstash',
    },
    search: settings.logs.search,
    shipper: { code: { bundle: 'log-shipper' }, memoryMb: 256, timeoutSeconds: 60, concurrency: 50 },
    ways: [
      { way: 'functions', logGroups: [context.path('functions/settlement')] },
      { way: 'hosts' },
      { way: 'services' },
    ],
    network: {
      vpcId: 'vpc',
      privateSubnetIds: ['subnet-1', 'subnet-2', 'subnet-3'],
      dataSubnetIds: pulumi.output(['data-1', 'data-2', 'data-3']),
      zones: 3,
      groups: {
        logBalancer: 'sg-balancer',
        logstash: 'sg-logstash',
        search: 'sg-search',
        functions: 'sg-functions',
      },
    },
    keys: { logs: 'logs-key', messages: 'messages-key' },
    logDays: 400,
    archiveDays: 2557,
    accessLogs: accessLogs(given),
    alertsTopicArn,
  })
}

/** Built once, looked at by many. */
const prod = build(make)

test('the pipeline has its secure defaults', async (t) => {
  const found = await prod
  secure(t, found, [
    [balancer, 'logs-in-nlb', 'internal', true],
    [balancer, 'logs-in-nlb', 'enableDeletionProtection', true],
    [domain, 'logs-search-domain', 'encryptAtRest.enabled', true],
    [domain, 'logs-search-domain', 'encryptAtRest.kmsKeyId', 'logs-key'],
    [domain, 'logs-search-domain', 'nodeToNodeEncryption.enabled', true],
    [domain, 'logs-search-domain', 'domainEndpointOptions.enforceHttps', true],
    [
      domain,
      'logs-search-domain',
      'domainEndpointOptions.tlsSecurityPolicy',
      'Policy-Min-TLS-1-2-PFS-2023-10',
    ],
    [domain, 'logs-search-domain', 'vpcOptions.securityGroupIds', ['sg-search']],
    [stream, 'logs-archive-stream', 'serverSideEncryption.enabled', true],
    [stream, 'logs-archive-stream', 'serverSideEncryption.keyType', 'CUSTOMER_MANAGED_CMK'],
    [stream, 'logs-archive-stream', 'serverSideEncryption.keyArn', 'logs-key'],
    [stream, 'logs-archive-stream', 'extendedS3Configuration.kmsKeyArn', 'logs-key'],
  ])
  for (const [type, name] of [
    [domain, 'logs-search-domain'],
    [balancer, 'logs-in-nlb'],
    ['aws:s3/bucket:Bucket', 'logs-archive-bucket'],
    ['aws:route53/zone:Zone', 'logs-in-zone'],
  ] as const) {
    t.true(found.get(type, name).protect, name)
  }
})

test('both ways in speak TLS, to the balancer and behind it', async (t) => {
  const found = await prod
  for (const [name, port] of [
    ['logs-in-beats', 5044],
    ['logs-in-jsonLines', 6514],
  ] as const) {
    t.like(found.get(listener, name).inputs, {
      protocol: 'TLS',
      port,
      certificateArn: 'certificate',
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
    })
    t.like(found.get(group, name).inputs, { protocol: 'TLS', port })
  }
})

test('facts 7 and 10: the balancer is made with a security group, and logs accesses since its listeners speak TLS', async (t) => {
  const found = await prod
  const { inputs } = found.get(balancer, 'logs-in-nlb')
  t.deepEqual(inputs.securityGroups, ['sg-balancer'])
  t.like(inputs.accessLogs, { enabled: true })
  t.true(found.all(listener).every(({ inputs }) => inputs.protocol === 'TLS'))
})

test('fact 8: the time-out of a TLS listener is not set', async (t) => {
  const found = await prod
  for (const { inputs } of found.all(listener)) t.is(inputs.tcpIdleTimeoutSeconds, undefined)
})

test('fact 6: Logstash waits for both listeners', async (t) => {
  const found = await prod
  const { dependencies, inputs } = found.get('aws:ecs/service:Service', 'logs-logstash-service')
  for (const { urn } of found.all(listener)) t.true(dependencies.includes(urn))
  t.is((inputs.loadBalancers as unknown[]).length, 2)
})

test('fact 39: the name of the search domain has 3 to 28 lowercase letters, and Firehose no VPC', async (t) => {
  for (const stack of ['dev', 'staging', 'prod']) {
    const found = await build(make, { stack })
    t.regex(String(found.get(domain, 'logs-search-domain').inputs.domainName), /^[a-z][a-z0-9-]{2,27}$/)
    const { inputs } = found.get(stream, 'logs-archive-stream')
    t.is(inputs.destination, 'extended_s3')
    t.false(JSON.stringify(inputs).includes('vpcConfig'))
  }
})

test('ruling 7: Firehose unpacks what CloudWatch Logs packed, before it takes the lines out', async (t) => {
  const found = await prod
  const { extendedS3Configuration } = found.get(stream, 'logs-archive-stream').inputs
  const { processors } = (
    extendedS3Configuration as unknown as {
      processingConfiguration: { processors: { type: string }[] }
    }
  ).processingConfiguration
  t.deepEqual(
    processors.map(({ type }) => type),
    ['Decompression', 'CloudWatchLogProcessing'],
  )
})

test('fact 23: the pipeline ships none of its own log groups, or it would feed itself', async (t) => {
  const found = await prod
  t.is(found.all('aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter').length, 0)
})

test('CloudWatch Logs may call the shipper for the groups of this stack only', async (t) => {
  const found = await prod
  secure(t, found, [
    [
      'aws:lambda/permission:Permission',
      'logs-shipper-trigger-permission',
      'principal',
      'logs.eu-central-1.amazonaws.com',
    ],
    [
      'aws:lambda/permission:Permission',
      'logs-shipper-trigger-permission',
      'sourceArn',
      'arn:aws:logs:eu-central-1:333333333333:log-group:/payments-lift/prod/*:*',
    ],
  ])
})

test('dead letters: those of the shipper in a queue, those of Logstash and Firehose in the archive', async (t) => {
  const found = await prod
  const kept = statement(found, rolePolicy, 'logs-logstash-task-task', 'KeepDeadLetters')
  t.deepEqual(kept.Resource, [
    'arn:aws:s3:::payments-lift-prod-log-archive-333333333333/dead-letters/logstash/*',
  ])
  const { errorOutputPrefix } = found.get(stream, 'logs-archive-stream').inputs.extendedS3Configuration as {
    errorOutputPrefix: string
  }
  t.true(errorOutputPrefix.startsWith('dead-letters/'))
  t.true(found.get('aws:sqs/queue:Queue', 'logs-dead-queue').protect)
})

test('lesson 12: Logstash may index, archive and keep dead letters, Firehose write the archive, and no more', async (t) => {
  const found = await prod
  const granted = (name: string) => statements(found, rolePolicy, name).map(({ Sid }) => Sid)
  t.deepEqual(granted('logs-logstash-task-task'), [
    'IndexLines',
    'KeepLines',
    'KeepDeadLetters',
    'EncryptArchive',
  ])
  t.deepEqual(granted('logs-archive-stream'), ['WriteArchive', 'SeeArchive', 'EncryptArchive', 'WriteErrors'])
  t.deepEqual(granted('logs-archive-writer'), ['PutLines'])
})

test('a way that goes quiet is told: no line at all, also when the metric itself is missing', async (t) => {
  const found = await prod
  for (const way of ['hosts', 'services']) {
    t.like(found.get(alarm, `logs-ways-${way}-quiet`).inputs, {
      treatMissingData: 'breaching',
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
      metricName: `lines-${way}`,
      namespace: 'payments-lift/prod/logs',
      alarmActions: [alertsTopicArn],
    })
  }
  const filter = found.get('aws:cloudwatch/logMetricFilter:LogMetricFilter', 'logs-ways-hosts')
  t.is(filter.inputs.pattern, '{ $.event = "counted" && $.way = "hosts" }')
})

test('functions that write nothing at night are no alarm, functions whose lines do not arrive are one', async (t) => {
  const found = await prod
  const { metricQueries } = found.get(alarm, 'logs-ways-functions-quiet').inputs
  t.regex(JSON.stringify(metricQueries), /IF\(\(FILL\(w0,0\)\)>0 AND FILL\(arrived,0\)<1,1,0\)/)
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), (count) => {
      const groups = Array.from({ length: count }, (_, index) => `g${index}`)
      const queries = comparedQueries(groups, 'n', 'm')
      t.is(queries.filter((query) => 'returnData' in query && query.returnData).length, 1)
      t.true(queries.length <= 10)
    }),
  )
})

test('search stands in as many zones as it has nodes, never in more than the network', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 2, max: 3 }), (instances, zones) => {
      const used = searchZones(instances, zones)
      t.true(used >= 1 && used <= 3 && used <= instances && used <= zones)
    }),
  )
  t.is(searchZones(1, 3), 1)
  t.is(searchZones(3, 3), 3)
})
