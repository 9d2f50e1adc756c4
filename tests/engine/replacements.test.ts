import test from 'ava'
import { nameRule } from '../../engine/autonames.ts'
import { enumValues, nestedInput, resourceType } from '../../engine/schema/aws-types.ts'
import type { ValueType } from '../../engine/schema/type-text.ts'
import { ruleOf } from '../../engine/stand-in/autoname.ts'
import names from '../../engine/stand-in/data/cloudformation-names.json' with { type: 'json' }
import containers from '../../engine/stand-in/data/container-definition.json' with { type: 'json' }
import actions from '../../engine/stand-in/data/iam-actions.json' with { type: 'json' }
import table from '../../engine/stand-in/data/replacements.json' with { type: 'json' }
import { difference } from '../../engine/stand-in/diff.ts'
import { unknown, type WireObject } from '../../engine/stand-in/wire.ts'
import { actionTable, containerTable, replacementTable } from '../../engine/tables/make.ts'
import { findPart, needs } from '../parts.ts'

const replaces = (token: string, old: WireObject, now: WireObject) =>
  difference(token, old, { ...old, ...now }).replaces

/** Type, inputs, one change, what replaces. Numbers are AWS.md's facts. */
const cases: [what: string, token: string, old: WireObject, now: WireObject, replaced: string[]][] = [
  [
    'fact 5: the port of a target group',
    'aws:lb/targetGroup:TargetGroup',
    { port: 443 },
    { port: 8443 },
    ['port'],
  ],
  [
    'fact 5: the VPC of a target group, by its old alias',
    'aws:alb/targetGroup:TargetGroup',
    { vpcId: 'a' },
    { vpcId: 'b' },
    ['vpcId'],
  ],
  [
    'a health check does not',
    'aws:lb/targetGroup:TargetGroup',
    { healthCheck: { path: '/a' } },
    { healthCheck: { path: '/b' } },
    [],
  ],
  [
    'fact 7: the first security group of an NLB',
    'aws:lb/loadBalancer:LoadBalancer',
    { loadBalancerType: 'network' },
    { securityGroups: ['sg-1'] },
    ['securityGroups'],
  ],
  [
    'a second security group of an NLB does not',
    'aws:lb/loadBalancer:LoadBalancer',
    { loadBalancerType: 'network', securityGroups: ['sg-1'] },
    { securityGroups: ['sg-1', 'sg-2'] },
    [],
  ],
  [
    'a zone that an ALB gains does not',
    'aws:lb/loadBalancer:LoadBalancer',
    { subnets: ['a', 'b'] },
    { subnets: ['a', 'b', 'c'] },
    [],
  ],
  [
    'fact 38: the key of a cluster',
    'aws:rds/cluster:Cluster',
    { kmsKeyId: 'a' },
    { kmsKeyId: 'b' },
    ['kmsKeyId'],
  ],
  [
    'fact 38: the database name of a cluster',
    'aws:rds/cluster:Cluster',
    { databaseName: 'a' },
    { databaseName: 'b' },
    ['databaseName'],
  ],
  [
    'fact 38: the subnet group of a cluster',
    'aws:rds/cluster:Cluster',
    { dbSubnetGroupName: 'a' },
    { dbSubnetGroupName: 'b' },
    ['dbSubnetGroupName'],
  ],
  [
    'the engine version of a cluster does not',
    'aws:rds/cluster:Cluster',
    { engineVersion: '17.5' },
    { engineVersion: '17.6' },
    [],
  ],
  [
    'fact 39: the VPC configuration of Firehose',
    'aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream',
    { opensearchConfiguration: { vpcConfig: { subnetIds: ['a'] } } },
    { opensearchConfiguration: { vpcConfig: { subnetIds: ['b'] } } },
    ['opensearchConfiguration'],
  ],
  [
    'the block of a subnet',
    'aws:ec2/subnet:Subnet',
    { cidrBlock: '10.0.0.0/24' },
    { cidrBlock: '10.0.0.0/25' },
    ['cidrBlock'],
  ],
  [
    'weights of a listener do not',
    'aws:lb/listener:Listener',
    { defaultActions: [{ type: 'forward' }] },
    { defaultActions: [{ type: 'redirect' }] },
    [],
  ],
  [
    'the role of a task',
    'aws:ecs/taskDefinition:TaskDefinition',
    { taskRoleArn: 'a' },
    { taskRoleArn: 'b' },
    ['taskRoleArn'],
  ],
  ['what is not known yet', 'aws:ec2/subnet:Subnet', { vpcId: 'vpc-1' }, { vpcId: unknown }, ['vpcId']],
]

for (const [what, token, old, now, replaced] of cases)
  test(`replaced on change: ${what}`, (t) => t.deepEqual(replaces(token, old, now), replaced))

test('a resource with a name of its own is deleted before it is replaced, one with a generated name after', (t) => {
  const change = (name: string) =>
    difference('aws:lb/targetGroup:TargetGroup', { name, port: 1 }, { name, port: 2 }).deleteBeforeReplace
  t.true(change('payments-api'))
  t.false(change('api-0a1b2c3'))
})

test('every reviewed type can be read, down to its nested types, and its row names inputs it has', (t) => {
  const seen = new Set<string>()
  const visit = (type: ValueType): void => {
    if (type.kind === 'enum') t.true(enumValues(type.name).size > 0, type.name)
    else if (type.kind === 'object') {
      if (seen.has(type.name)) return
      seen.add(type.name)
      for (const property of nestedInput(type.name).values()) visit(property.type)
    } else if (type.kind === 'union') type.of.forEach(visit)
    else if (type.kind === 'array' || type.kind === 'map') visit(type.of)
  }
  for (const [token, row] of Object.entries(table.types)) {
    const type = resourceType(token)
    t.truthy(type, token)
    for (const input of row) t.true(type!.inputs.has(input.split('.')[0]!), `${token}: ${input}`)
    for (const { type: input } of type!.inputs.values()) visit(input)
    if (ruleOf(token)) t.truthy(nameRule(token), `${token} is named by itself; add it to engine/autonames.ts`)
  }
  t.deepEqual(Object.keys(table.types).sort(), Object.keys(names.types).sort())
})

needs('cfn-lint data', 'botocore data')('the tables are what their sources give', (t) => {
  const cfnLint = findPart('cfn-lint data')!
  t.deepEqual(table, replacementTable(cfnLint))
  t.deepEqual(actions as object, actionTable(cfnLint))
  t.deepEqual(containers as object, containerTable(findPart('botocore data')!))
})
