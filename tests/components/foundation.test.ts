import test from 'ava'
import { Bucket } from '../../components/bucket.ts'
import { allWaivers, waiverFor } from '../../components/waivers.ts'
import { build, whole } from './build.ts'

const prod = whole({ stack: 'prod', phase: 'foundation' })
const dev = whole({ stack: 'dev', phase: 'foundation' })

test('keys turn every year, and are protected', async (t) => {
  for (const { inputs, protect } of (await prod).all('aws:kms/key:Key')) {
    t.like(inputs, { enableKeyRotation: true, deletionWindowInDays: 30 })
    t.true(protect)
  }
})

test('keys are the same in every phase', async (t) => {
  const later = await whole({ stack: 'prod', phase: 'cutover' })
  for (const { type, name, inputs } of (await prod).all('aws:kms/key:Key'))
    t.deepEqual(later.get(type, name).inputs, inputs)
})

test('images are kept by digest, scanned and never overwritten', async (t) => {
  const repositories = (await prod).all('aws:ecr/repository:Repository')
  t.is(repositories.length, 7)
  for (const { inputs, protect } of repositories) {
    t.like(inputs, {
      imageTagMutability: 'IMMUTABLE',
      imageScanningConfiguration: { scanOnPush: true },
      forceDelete: false,
    })
    t.regex(JSON.stringify(inputs.encryptionConfigurations), /KMS/)
    t.true(protect)
  }
  for (const { inputs } of (await dev).all('aws:ecr/repository:Repository')) t.is(inputs.forceDelete, true)
})

test('alarms and failed deployments may tell the topic, nobody else; people are told', async (t) => {
  const { get, all } = await prod
  const { policy } = get('aws:sns/topicPolicy:TopicPolicy', 'alerts-policy').inputs as {
    policy: { Statement: { Principal: { Service: string[] } }[] }
  }
  t.deepEqual(
    policy.Statement.flatMap(({ Principal }) => Principal.Service),
    ['cloudwatch.amazonaws.com', 'events.amazonaws.com'],
  )
  t.true(all('aws:sns/topicSubscription:TopicSubscription').some(({ inputs }) => inputs.protocol === 'email'))
  t.is(get('aws:sns/topic:Topic', 'alerts').inputs.kmsMasterKeyId, '<unknown>')
})

test('every bucket is closed, versioned, encrypted and refuses plain HTTP', async (t) => {
  const found = await whole({ stack: 'prod', phase: 'cutover' })
  const parts = [
    'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock',
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    'aws:s3/bucketVersioning:BucketVersioning',
    'aws:s3/bucketOwnershipControls:BucketOwnershipControls',
    'aws:s3/bucketPolicy:BucketPolicy',
  ]
  for (const bucket of found.all('aws:s3/bucket:Bucket')) {
    t.true(bucket.protect, bucket.name)
    for (const part of parts) {
      const own = found
        .all(part)
        .filter(({ propertyDependencies }) => propertyDependencies.bucket?.includes(bucket.urn))
      t.is(own.length, 1, `${bucket.name} ${part}`)
      if (part.endsWith('BucketPolicy'))
        t.regex(JSON.stringify(own[0]!.inputs), /aws:SecureTransport":"false"/)
      if (part.endsWith('AccessBlock')) {
        t.like(own[0]!.inputs, {
          blockPublicAcls: true,
          blockPublicPolicy: true,
          ignorePublicAcls: true,
          restrictPublicBuckets: true,
        })
      }
    }
  }
})

test('a bucket has the KMS key of its class', async (t) => {
  const { get } = await build(
    ({ context }) =>
      new Bucket('store', {
        context,
        purpose: 'store',
        keyArn: 'arn:aws:kms:eu-central-1:333333333333:key/k',
      }),
  )
  const { rules } = get(
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    'store-encryption',
  ).inputs
  t.regex(JSON.stringify(rules), /"sseAlgorithm":"aws:kms"/)
  t.is(get('aws:s3/bucket:Bucket', 'store').inputs.bucket, 'payments-lift-prod-store-333333333333')
})

test('sessions on tasks are recorded and encrypted', async (t) => {
  const { configuration } = (await prod).get('aws:ecs/cluster:Cluster', 'cluster').inputs
  t.regex(JSON.stringify(configuration), /"logging":"OVERRIDE"/)
  t.regex(JSON.stringify(configuration), /"cloudWatchEncryptionEnabled":true/)
})

test('every waiver has a reason, an owner and a last day, and then ends', (t) => {
  for (const { rule, resource, reason, owner, expires } of allWaivers()) {
    t.true(reason.split(' ').length >= 8, `${rule} ${resource}`)
    t.truthy(owner)
    t.regex(expires, /^\d{4}-\d\d-\d\d$/)
  }
  const logs = { name: 'frontDoor-logs', type: 'aws:s3/bucket:Bucket' }
  t.truthy(waiverFor('CKV_AWS_145', logs, new Date('2027-12-31T12:00:00Z')))
  t.is(waiverFor('CKV_AWS_145', logs, new Date('2028-01-01T00:00:00Z')), undefined)
  t.is(waiverFor('CKV_AWS_145', { ...logs, name: 'other' }, new Date('2027-01-01')), undefined)
})
