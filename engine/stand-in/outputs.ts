/** What a resource exposes once it exists: its inputs, and the values that only AWS can decide. */

import { nestedOutput, resourceType } from '../schema/aws-types.ts'
import type { Property, ValueType } from '../schema/type-text.ts'
import { hex, type Identity, type Place } from './identity.ts'
import { unknown, type Wire, type WireObject } from './wire.ts'

interface Known extends Place, Identity {
  token: string
  seed: string
  inputs: WireObject
}

const lastPart = (k: Known): string => k.arn.split(/[/:]/).at(-1)!
const host = (k: Known, suffix: string): string => `${lastPart(k).toLowerCase()}-${hex(k.seed, 8)}.${suffix}`

/** Values by name, and by type where a name alone would mislead. */
const values: Record<string, (k: Known) => Wire> = {
  arn: (k) => k.arn,
  id: (k) => k.id,
  region: (k) => k.region,
  ownerId: (k) => k.accountId,
  accountId: (k) => k.accountId,
  arnSuffix: (k) =>
    k.arn
      .split(':')
      .at(-1)!
      .replace(/^loadbalancer\//, ''),
  keyId: (k) => k.id,
  uniqueId: (k) => `AROA${hex(k.seed, 17).toUpperCase()}`,
  url: (k) => (k.token.startsWith('aws:sqs/') ? k.id : `https://${host(k, 'amazonaws.com')}`),
  invokeArn: (k) => `arn:aws:apigateway:${k.region}:lambda:path/2015-03-31/functions/${k.arn}/invocations`,
  qualifiedArn: (k) => `${k.arn}:$LATEST`,
  arnWithoutRevision: (k) => k.arn.replace(/:\d+$/, ''),
  repositoryUrl: (k) => `${k.accountId}.dkr.ecr.${k.region}.amazonaws.com/${k.id}`,
  registryId: (k) => k.accountId,
  bucketDomainName: (k) => `${k.id}.s3.amazonaws.com`,
  bucketRegionalDomainName: (k) => `${k.id}.s3.${k.region}.amazonaws.com`,
  hostedZoneId: () => 'Z3AQBSTGFYJSTF',
  zoneId: (k) => (k.token.startsWith('aws:route53/') ? k.id : 'Z35SXDOTRQ7X7K'),
  nameServers: () => ['ns-1.awsdns-01.com', 'ns-2.awsdns-02.net'],
  allocationId: (k) => k.id,
  associationId: (k) => k.id.replace('eipalloc', 'eipassoc'),
  publicIp: (k) => `203.0.113.${(Number.parseInt(hex(k.seed, 2), 16) % 254) + 1}`,
  dnsName: (k) => host(k, `elb.${k.region}.amazonaws.com`),
  endpoint: (k) => host(k, `${k.region}.amazonaws.com`),
  readerEndpoint: (k) => host(k, `ro.${k.region}.amazonaws.com`),
  'aws:rds/cluster:Cluster.secretArn': (k) =>
    `arn:aws:secretsmanager:${k.region}:${k.accountId}:secret:rds!cluster-${hex(k.seed, 8)}`,
  'aws:rds/cluster:Cluster.port': () => 5432,
  'aws:rds/cluster:Cluster.engineVersionActual': (k) => k.inputs.engineVersion ?? '17.6',
  'aws:ecs/taskDefinition:TaskDefinition.revision': (k) => Number(lastPart(k)),
  'aws:lambda/function:Function.version': () => '1',
  'aws:ec2/launchTemplate:LaunchTemplate.latestVersion': () => 1,
  'aws:ec2/launchTemplate:LaunchTemplate.defaultVersion': () => 1,
}

const fabricate = (type: ValueType, name: string, k: Known): Wire => {
  const rule = values[`${k.token}.${name}`] ?? values[name]
  if (rule !== undefined && !['array', 'object'].includes(type.kind)) return rule(k)
  switch (type.kind) {
    case 'boolean':
      return false
    case 'number':
      return 0
    case 'array':
      if (rule !== undefined) return rule(k)
      return type.of.kind === 'object' ? [fabricate(type.of, name, k)] : []
    case 'map':
      return {}
    case 'object':
      return Object.fromEntries(
        [...nestedOutput(type.name)]
          .filter(([, property]) => property.required)
          .map(([key, property]) => [key, fabricate(property.type, key, k)]),
      )
    case 'union':
      return fabricate(type.of[0]!, name, k)
    default:
      return /arn$/i.test(name)
        ? `arn:aws:${k.token.split(/[:/]/)[1]}:${k.region}:${k.accountId}:${name}/${hex(k.seed, 12)}`
        : `${name}-${hex(`${k.seed}${name}`, 12)}`
  }
}

/** Nested lists and objects that AWS fills in by itself are kept empty, unless the program always reads them. */
const readNested = new Set(['masterUserSecrets', 'domainValidationOptions', 'nameServers'])
const decided = (name: string, property: Property): boolean =>
  property.required && (readNested.has(name) || !['array', 'object'].includes(property.type.kind))

const computed = (token: string, inputs: WireObject): [string, Property][] =>
  [...(resourceType(token)?.outputs ?? [])].filter(
    ([name, property]) => (inputs[name] ?? null) === null && decided(name, property),
  )

const tagsAll = (token: string, inputs: WireObject): WireObject =>
  resourceType(token)?.outputs.has('tagsAll') === true ? { tagsAll: inputs.tags ?? {} } : {}

/** The outputs of a resource that exists. Inputs come first: what was asked for is what there is. */
export const outputsOf = (known: Known): WireObject => ({
  ...Object.fromEntries(
    computed(known.token, known.inputs).map(([n, p]) => [n, fabricate(p.type, n, known)]),
  ),
  ...tagsAll(known.token, known.inputs),
  ...known.inputs,
})

/** The outputs of a resource that would be made: everything that AWS decides is unknown. */
export const previewOutputs = (token: string, inputs: WireObject): WireObject => ({
  ...Object.fromEntries(computed(token, inputs).map(([name]) => [name, unknown])),
  ...tagsAll(token, inputs),
  ...inputs,
})
