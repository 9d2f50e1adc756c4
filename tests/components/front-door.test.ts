import test from 'ava'
import fc from 'fast-check'
import { forwardTo } from '../../components/weights.ts'
import { whole } from './build.ts'

const prod = whole({ stack: 'prod', phase: 'canary', weight: 25 })
const dev = whole({ stack: 'dev', phase: 'foundation' })

const balancer = 'aws:lb/loadBalancer:LoadBalancer'
const listener = 'aws:lb/listener:Listener'
const group = 'aws:lb/targetGroup:TargetGroup'

type Forward = { forward: { targetGroups: { weight: number }[] } }[]
const weights = (inputs: Record<string, unknown>) =>
  (inputs.defaultActions as Forward)[0]!.forward.targetGroups.map(({ weight }) => weight)

test('the listener has on-premises first and cloud second, by the settings', async (t) => {
  const { get } = await prod
  const { inputs, ignoreChanges, propertyDependencies } = get(listener, 'frontDoor-https')
  t.deepEqual(weights(inputs), [75, 25])
  t.deepEqual(ignoreChanges, [], 'weights are by position; ignoring them would exchange the sides')
  t.true(propertyDependencies.defaultActions?.some((urn) => urn.endsWith('::frontDoor-onPremises')))
})

test('fact 4: weights are 0 to 999 and add up to 100, in a fixed order, with others after them', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3 }), (weight, more) => {
      const others = Array.from({ length: more }, (_, index) => ({ arn: `other${index}`, weight: 0 }))
      const groups = forwardTo('onPremises', 'cloud', weight, others)
      t.deepEqual(groups.slice(0, 2), [
        { arn: 'onPremises', weight: 100 - weight },
        { arn: 'cloud', weight },
      ])
      t.deepEqual(groups.slice(2), others)
    }),
  )
  const four = Array.from({ length: 4 }, () => ({ arn: 'x', weight: 0 }))
  t.throws(() => forwardTo('a', 'b', 0, four), { message: /at most 5/ })
})

test('a weight change touches the listener only', async (t) => {
  const one = await prod
  const other = await whole({ stack: 'prod', phase: 'canary', weight: 50 })
  const changed = other.resources.filter(
    (resource) => JSON.stringify(resource) !== JSON.stringify(one.get(resource.type, resource.name)),
  )
  t.deepEqual(
    changed.map(({ name }) => name),
    ['frontDoor-https'],
  )
  t.is(one.resources.length, other.resources.length)
})

test('facts 1 and 2: on-premises targets are private addresses outside the VPC', async (t) => {
  const { all } = await prod
  const targets = all('aws:lb/targetGroupAttachment:TargetGroupAttachment')
  t.deepEqual(
    targets.map(({ inputs }) => inputs.targetId),
    ['10.20.10.11', '10.20.10.12', '10.20.10.13'],
  )
  for (const { inputs } of targets) t.is(inputs.availabilityZone, 'all')
})

test('fact 3: names fit into 32 characters, with no hyphen at an edge', async (t) => {
  const { all } = await prod
  for (const { inputs } of [...all(balancer), ...all(group)]) {
    t.regex(String(inputs.name), /^[A-Za-z0-9](?!.*--)[A-Za-z0-9-]{0,30}[A-Za-z0-9]$/)
  }
})

test('TLS only, from 1.2 on; the cloud and on-premises are reached by TLS too', async (t) => {
  const { all, get } = await prod
  const front = all(listener).filter(({ name }) => name.startsWith('frontDoor'))
  t.deepEqual(
    front.map(({ inputs }) => [inputs.port, inputs.protocol, inputs.sslPolicy]),
    [[443, 'HTTPS', 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06']],
  )
  for (const name of ['frontDoor-cloud', 'frontDoor-onPremises'])
    t.is(get(group, name).inputs.protocol, 'HTTPS')
})

test('the balancer drops invalid headers, writes access logs, and cannot be deleted in prod', async (t) => {
  const { inputs, protect } = (await prod).get(balancer, 'frontDoor-alb')
  t.like(inputs, {
    dropInvalidHeaderFields: true,
    desyncMitigationMode: 'strictest',
    enableDeletionProtection: true,
    accessLogs: { enabled: true, bucket: 'payments-lift-prod-front-door-logs-333333333333' },
  })
  t.true(protect)
  const disposable = (await dev).get(balancer, 'frontDoor-alb')
  t.false(disposable.protect)
  t.is(disposable.inputs.enableDeletionProtection, false)
})

test('fact 12: the bucket of its access logs is encrypted by S3, and only the balancer writes to it', async (t) => {
  const { get } = await prod
  const encryption = get(
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
    'frontDoor-logs-encryption',
  )
  t.regex(JSON.stringify(encryption.inputs.rules), /AES256/)
  t.regex(
    JSON.stringify(get('aws:s3/bucketPolicy:BucketPolicy', 'frontDoor-logs-policy').inputs),
    /logdelivery/,
  )
})

test('a firewall stands before it, and logs what it refuses without credentials', async (t) => {
  const { get } = await prod
  const acl = get('aws:wafv2/webAcl:WebAcl', 'frontDoor-waf')
  t.regex(JSON.stringify(acl.inputs.rules), /rateBasedStatement.*60000/)
  t.truthy(get('aws:wafv2/webAclAssociation:WebAclAssociation', 'frontDoor-waf-front'))
  const log = get('aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration', 'frontDoor-waf-log')
  t.regex(JSON.stringify(log.inputs.redactedFields), /authorization.*cookie/)
})

test('without a certificate, one is proved by DNS and points the domain at the balancer', async (t) => {
  const { get } = await dev
  t.like(get('aws:acm/certificate:Certificate', 'frontDoor-certificate').inputs, { validationMethod: 'DNS' })
  t.truthy(get('aws:route53/record:Record', 'frontDoor-address'))
  t.throws(() => get('aws:acm/certificate:Certificate', 'none'))
  t.is((await prod).all('aws:acm/certificate:Certificate').length, 0)
})

test('once the source is left, the cloud has it all', async (t) => {
  const { get, all } = await whole({
    stack: 'prod',
    phase: 'decommission',
    removal: 'remove',
    fromPhase: 'decommission',
  })
  t.deepEqual(weights(get(listener, 'frontDoor-https').inputs), [100])
  t.is(all('aws:lb/targetGroupAttachment:TargetGroupAttachment').length, 0)
})
