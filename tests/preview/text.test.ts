import test from 'ava'
import { exposed } from '../../preview/exposure.ts'
import type { RecordedResource } from '../../preview/recorded.ts'
import { statementsOf } from '../../preview/rights.ts'
import { previewJson, previewText } from '../../preview/text.ts'
import { treeLines, treeOf } from '../../preview/tree.ts'
import type { Inputs } from '../../preview/values.ts'
import { whole } from '../components/build.ts'

const prod = whole({ stack: 'prod', phase: 'cutover' })

test('the tree has every resource once, and counts them', async (t) => {
  const { resources } = await prod
  t.is(treeOf(resources).count, resources.filter(({ custom }) => custom).length)
  const lines = treeLines(resources)
  t.true(lines.some((line) => /^├─ FrontDoor · \d+ frontDoor$/.test(line)))
  t.true(lines.some((line) => /Cluster cluster \[protected\]$/.test(line)))
})

test('the text says where requests go, what faces the internet, what roles may do, what is protected', async (t) => {
  const text = previewText(await prod)
  t.regex(text, /phase cutover, weight 100/)
  t.regex(text, /requests go to cloud; system of record: AWS; runbook: cutover\.md/)
  t.regex(text, /frontDoor-alb has public addresses/)
  t.regex(
    text,
    /pooler-task-task, taken by ecs-tasks\.amazonaws\.com\n {4}dynamodb:GetItem\n {6}on arn:aws:dynamodb/,
  )
  t.regex(text, /\* because ecr:GetAuthorizationToken/)
  t.regex(text, /database-cluster \(aws:rds\/cluster:Cluster\)/)
})

test('nothing but the front door, NAT and their rule faces the internet', async (t) => {
  const kinds = new Set(exposed((await prod).resources).map(({ type }) => type.split(':').at(-1)))
  t.deepEqual([...kinds].sort(), ['Eip', 'LoadBalancer', 'NatGateway', 'SecurityGroupIngressRule'])
})

const resource = (type: string, inputs: Inputs): RecordedResource =>
  ({ urn: `urn::x::${type}::x`, name: 'x', type, custom: true, inputs, propertyDependencies: {} }) as never

test('what would face the internet is seen', (t) => {
  const cases: [string, Inputs][] = [
    ['aws:rds/clusterInstance:ClusterInstance', { publiclyAccessible: true }],
    ['aws:ecs/service:Service', { networkConfiguration: { assignPublicIp: true } }],
    ['aws:lb/loadBalancer:LoadBalancer', {}],
    ['aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', { cidrIpv6: '::/0', ipProtocol: '-1' }],
    ['aws:ec2/subnet:Subnet', { mapPublicIpOnLaunch: true }],
    ['aws:lambda/functionUrl:FunctionUrl', { authorizationType: 'NONE' }],
    ['aws:s3/bucket:Bucket', {}],
    ['aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', { blockPublicAcls: true }],
    ['aws:opensearch/domain:Domain', {}],
  ]
  for (const [type, inputs] of cases) t.is(exposed([resource(type, inputs)]).length, 1, type)
})

test('statements are read from text and from objects', (t) => {
  const statement = { Sid: 'A', Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }
  t.deepEqual(statementsOf(JSON.stringify({ Statement: statement })), [statement])
  t.deepEqual(statementsOf({ Statement: [statement] }), [statement])
  t.deepEqual(statementsOf('<unknown>'), [])
})

test('JSON has the shape that programs rely on, and no secret', async (t) => {
  const shape = previewJson(await prod)
  t.deepEqual(Object.keys(shape), ['stack', 'phase', 'resources'])
  for (const each of shape.resources) {
    t.deepEqual(Object.keys(each), ['urn', 'type', 'name', 'parent', 'protect', 'ignoreChanges', 'inputs'])
  }
})

test('two previews of the same settings are the same', async (t) => {
  t.deepEqual(previewJson(await whole({ stack: 'prod', phase: 'cutover' })), previewJson(await prod))
})
