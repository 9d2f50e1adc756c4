/** Makes the stand-in's tables from the data of cfn-lint and botocore. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { nestedInput, resourceType } from '../schema/aws-types.ts'
import type { Property, ValueType } from '../schema/type-text.ts'
import names from '../stand-in/data/cloudformation-names.json' with { type: 'json' }

/** One reviewed row of cloudformation-names.json. */
interface Reviewed {
  cloudFormation: string | null
  rename?: Record<string, string>
  drop?: Record<string, string>
  add?: Record<string, string>
}

const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const cfnLintSource = 'cfn-lint 1.58.0 (PyPI, MIT-0)'

/** `VPCId` → `vpcId`, `KmsKeyId` → `kmsKeyId`, `DBName` → `dbName`. */
const camel = (name: string): string =>
  name.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+(?![a-z])|^[A-Z]/, (capitals) => capitals.toLowerCase())

/** The input that a create-only property means: its own name, or the same in plural (lists of one). */
const inputOf = (property: string, inputs: Map<string, unknown>): string | undefined =>
  [camel(property), `${camel(property)}s`].find((name) => inputs.has(name))

const nestedName = (type: ValueType): string | undefined =>
  type.kind === 'object' ? type.name : type.kind === 'array' ? nestedName(type.of) : undefined

/** Whether `forward.targetGroups.arn` exists; lists are looked through. */
export const hasPath = (inputs: Map<string, Property>, path: string): boolean => {
  const [first, ...rest] = path.split('.')
  const property = inputs.get(first!)
  if (property === undefined || rest.length === 0) return property !== undefined
  const nested = nestedName(property.type)
  return nested !== undefined && hasPath(nestedInput(nested), rest.join('.'))
}

/**
 * The inputs whose change replaces a resource, by type. Three sources are joined: cfn-lint's createOnlyProperties
 * (names translated), the inputs whose documentation says so, and the rows reviewed by hand.
 * Throws when a property of CloudFormation has no input and no reviewed row says why.
 */
export const replacementTable = (cfnLint: string) => {
  const index: Record<string, string> = json(join(cfnLint, 'data/schemas/providers/us-east-1.json'))
  const rows: [string, string[]][] = []
  const problems: string[] = []
  for (const [token, reviewed] of Object.entries(names.types as unknown as Record<string, Reviewed>)) {
    const type = resourceType(token)
    if (type === undefined) {
      problems.push(`${token}: @pulumi/aws has no such resource`)
      continue
    }
    const replaces = new Set(
      [...type.documentedReplacements].filter((input) => reviewed.drop?.[input] === undefined),
    )
    const { cloudFormation: cfn } = reviewed
    if (cfn !== null) {
      if (index[cfn] === undefined) problems.push(`${token}: cfn-lint has no ${cfn}`)
      else {
        const schema = json(join(cfnLint, 'data/schemas/resources', `${index[cfn]}.json`))
        for (const pointer of (schema.createOnlyProperties ?? []) as string[]) {
          const property = pointer.replace('/properties/', '').replaceAll(/\/(\*|items)(?=\/|$)/g, '')
          const [top, ...inner] = property.split('/')
          if (reviewed.drop?.[top!] !== undefined) continue
          const first = reviewed.rename?.[top!] ?? inputOf(top!, type.inputs)
          const input = reviewed.rename?.[property] ?? [first, ...inner.map(camel)].join('.')
          if (first === undefined || !hasPath(type.inputs, input))
            problems.push(`${token}: ${pointer} of ${cfn} is none of its inputs`)
          else replaces.add(input)
        }
      }
    }
    for (const input of Object.keys(reviewed.add ?? {})) replaces.add(input)
    if (type.inputs.has('region')) replaces.add('region')
    for (const input of replaces)
      if (!hasPath(type.inputs, input)) problems.push(`${token}: «${input}» is none of its inputs`)
    rows.push([token, [...replaces].sort()])
  }
  if (problems.length > 0) throw new Error(`cloudformation-names.json:\n- ${problems.join('\n- ')}`)
  return {
    what: 'Inputs whose change replaces the resource. Made by scripts/make-engine-tables.ts; the review is in cloudformation-names.json.',
    source: `${cfnLintSource} createOnlyProperties; documentation in @pulumi/aws 7.48.0`,
    date: names.date,
    types: Object.fromEntries(rows.sort(([a], [b]) => a.localeCompare(b))),
  }
}

/** Services whose actions a policy here may name. */
const services = [
  'acm',
  'application-autoscaling',
  'autoscaling',
  'backup',
  'budgets',
  'ce',
  'cloudformation',
  'cloudwatch',
  'dynamodb',
  'ec2',
  'ec2messages',
  'ecr',
  'ecs',
  'elasticloadbalancing',
  'es',
  'events',
  'firehose',
  'iam',
  'kms',
  'lambda',
  'logs',
  'pi',
  'rds',
  'rds-db',
  'route53',
  's3',
  'scheduler',
  'secretsmanager',
  'servicediscovery',
  'sns',
  'sqs',
  'ssm',
  'ssmmessages',
  'sts',
  'tag',
  'wafv2',
  'xray',
  'aps',
  'cloudtrail',
  'guardduty',
  'config',
  'execute-api',
  'states',
  'kinesis',
  'waf-regional',
  'opensearch',
  'account',
  'cur',
  'billing',
  'organizations',
  'sso',
  'pricing',
  'access-analyzer',
]

/** Every action of those services, in lower case, one line a service. */
export const actionTable = (cfnLint: string) => {
  const all: Record<string, { Actions: Record<string, unknown> }> = json(
    join(cfnLint, 'data/AdditionalSpecs/Policies.json'),
  )
  return {
    what: 'IAM actions by service, lower case. Made by scripts/make-engine-tables.ts.',
    source: `${cfnLintSource} AdditionalSpecs/Policies.json`,
    date: names.date,
    services: Object.fromEntries(
      services
        .filter((service) => all[service] !== undefined)
        .sort()
        .map((service) => [service, Object.keys(all[service]!.Actions).sort().join(' ')]),
    ),
  }
}

interface Shape {
  type: string
  required?: string[]
  members?: Record<string, { shape: string }>
  member?: { shape: string }
  value?: { shape: string }
  enum?: string[]
}

/** The shapes under ECS's ContainerDefinition: `string`, `integer`, `[X]`, `{X}`, `a|b` for an enum, or members. */
export const containerTable = (botocore: string) => {
  const folder = join(botocore, 'data/ecs')
  const version = readdirSync(folder).sort().at(-1)!
  const model = JSON.parse(gunzipSync(readFileSync(join(folder, version, 'service-2.json.gz'))).toString())
  const shapes: Record<string, Shape> = model.shapes
  const table: Record<string, Record<string, string>> = {}
  const nameOf = (shape: string): string => {
    const { type, enum: words, member, value, members } = shapes[shape]!
    if (words !== undefined) return words.join('|')
    if (type === 'list') return `[${nameOf(member!.shape)}]`
    if (type === 'map') return `{${nameOf(value!.shape)}}`
    if (type !== 'structure') return type
    if (table[shape] === undefined) {
      table[shape] = {}
      for (const [name, inner] of Object.entries(members!))
        table[shape][shapes[shape]!.required?.includes(name) ? `${name}!` : name] = nameOf(inner.shape)
    }
    return shape
  }
  nameOf('ContainerDefinition')
  return {
    what: 'The shapes of an ECS container definition; a name that ends in ! is required. Made by scripts/make-engine-tables.ts.',
    source: `botocore 1.44.5 (PyPI, Apache-2.0), ecs ${version}`,
    date: names.date,
    shapes: table,
  }
}
