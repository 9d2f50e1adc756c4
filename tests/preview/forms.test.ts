import test from 'ava'
import { checkovVersion, findCheckov, scan } from '../../preview/checkov.ts'
import { exposed } from '../../preview/exposure.ts'
import type { RecordedResource } from '../../preview/recorded.ts'
import { statementsOf } from '../../preview/rights.ts'
import { judge } from '../../preview/scan.ts'
import { terraformKey, terraformType } from '../../preview/terraform-names.ts'
import { terraformPlan } from '../../preview/terraform-plan.ts'
import { previewJson, previewText } from '../../preview/text.ts'
import { treeLines, treeOf } from '../../preview/tree.ts'
import type { Inputs } from '../../preview/values.ts'
import { whole, wholeAnew } from '../components/build.ts'

/** Recorded once, shown in every form. */
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
  t.deepEqual(previewJson(await wholeAnew({ stack: 'prod', phase: 'cutover' })), previewJson(await prod))
})

interface Plan {
  planned_values: { root_module: { resources: { address: string; values: Record<string, unknown> }[] } }
  resource_changes: { address: string; change: { after_unknown: Record<string, unknown> } }[]
  configuration: {
    root_module: { resources: { address: string; expressions: Record<string, { references: string[] }> }[] }
  }
}

test('types and arguments have the names that Terraform knows', (t) => {
  const types: [string, string][] = [
    ['aws:lb/targetGroup:TargetGroup', 'aws_lb_target_group'],
    ['aws:lb/loadBalancer:LoadBalancer', 'aws_lb'],
    ['aws:ec2/securityGroup:SecurityGroup', 'aws_security_group'],
    ['aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule', 'aws_vpc_security_group_ingress_rule'],
    ['aws:rds/subnetGroup:SubnetGroup', 'aws_db_subnet_group'],
    ['aws:wafv2/webAcl:WebAcl', 'aws_wafv2_web_acl'],
    ['aws:s3/bucketVersioning:BucketVersioning', 'aws_s3_bucket_versioning'],
  ]
  for (const [pulumi, terraform] of types) t.is(terraformType(pulumi), terraform)
  t.is(terraformKey('defaultActions', true), 'default_action')
  t.is(terraformKey('subnetIds', false), 'subnet_ids')
  t.is(terraformKey('kmsKeyArn', false), 'kms_key_arn')
})

test('a plan has each resource once, blocks in lists, policies as text, unknowns apart', async (t) => {
  const { resources } = await prod
  const plan = terraformPlan({ resources }) as Plan
  const planned = plan.planned_values.root_module.resources
  t.is(new Set(planned.map(({ address }) => address)).size, planned.length)
  t.is(planned.length, resources.filter(({ type }) => type.startsWith('aws:')).length)
  const values = (address: string) => planned.find((each) => each.address === address)?.values
  t.like(values('aws_dynamodb_table.routeStore-routes'), { point_in_time_recovery: [{ enabled: true }] })
  t.is(typeof values('aws_s3_bucket_policy.runner-journal-policy')?.policy, 'string')
  t.like(values('aws_rds_cluster.database-cluster')?.tags, { Stack: 'prod' })
  const change = plan.resource_changes.find(({ address }) => address === 'aws_rds_cluster.database-cluster')
  t.is(change?.change.after_unknown.kms_key_id, true)
})

test('references lead to what a resource belongs to, into the VPC component too', async (t) => {
  const plan = terraformPlan(await prod) as Plan
  const of = (address: string) =>
    plan.configuration.root_module.resources.find((each) => each.address === address)?.expressions
  t.true(
    of('aws_s3_bucket_versioning.runner-journal-versions')?.bucket?.references.includes(
      'aws_s3_bucket.runner-journal',
    ),
  )
  t.true(of('aws_flow_log.network-flowLogs-log')?.vpc_id?.references.includes('aws_vpc.network-vpc'))
  t.true(of('aws_nat_gateway.network-vpc-1')?.allocation_id?.references.includes('aws_eip.network-vpc-1'))
})

test('a failed check without a waiver is open', async (t) => {
  const { resources } = await prod
  const check = (resource: string, id = 'CKV_AWS_145') => ({ check_id: id, check_name: 'x', resource })
  const { open, waived } = judge(
    [check('aws_s3_bucket.frontDoor-logs'), check('aws_s3_bucket.runner-journal'), check('aws_lb.unknown')],
    resources,
    new Date('2026-12-01'),
  )
  t.deepEqual(
    waived.map(({ check: { resource } }) => resource),
    ['aws_s3_bucket.frontDoor-logs'],
  )
  t.deepEqual(
    open.map(({ resource }) => resource),
    ['aws_s3_bucket.runner-journal', 'aws_lb.unknown'],
  )
})

const checkov = findCheckov()
const withCheckov = checkov || process.env.REQUIRE_ALL ? test : test.skip

withCheckov(`checkov ${checkovVersion} finds nothing in prod that has no waiver`, async (t) => {
  t.truthy(checkov, `REQUIRE_ALL is set: pip install checkov==${checkovVersion}, or set CHECKOV to it`)
  const { open } = await scan(await prod, checkov!)
  t.deepEqual(
    open.map(({ check_id: id, name }) => `${id} ${name}`),
    [],
  )
})
