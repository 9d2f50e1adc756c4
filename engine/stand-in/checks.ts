/** Everything the stand-in refuses before a resource is made or changed. */

import { checkInputs, type Failure } from './check-inputs.ts'
import { checkContainers } from './container-definition.ts'
import { badPolicy, type PolicyKind } from './policy-document.ts'
import { canonical } from './replacements.ts'
import { rulesOf } from './rules/index.ts'
import { isObject, type WireObject } from './wire.ts'

/** Where policies stand, by type. */
const policies: Record<string, Record<string, PolicyKind>> = {
  'aws:iam/role:Role': { assumeRolePolicy: 'trust' },
  'aws:iam/rolePolicy:RolePolicy': { policy: 'identity' },
  'aws:iam/policy:Policy': { policy: 'identity' },
  'aws:s3/bucketPolicy:BucketPolicy': { policy: 'resource' },
  'aws:kms/key:Key': { policy: 'resource' },
  'aws:kms/keyPolicy:KeyPolicy': { policy: 'resource' },
  'aws:sqs/queue:Queue': { policy: 'resource' },
  'aws:sqs/queuePolicy:QueuePolicy': { policy: 'resource' },
  'aws:sns/topic:Topic': { policy: 'resource' },
  'aws:sns/topicPolicy:TopicPolicy': { policy: 'resource' },
  'aws:secretsmanager/secret:Secret': { policy: 'resource' },
  'aws:secretsmanager/secretPolicy:SecretPolicy': { policy: 'resource' },
  'aws:ec2/vpcEndpoint:VpcEndpoint': { policy: 'resource' },
  'aws:opensearch/domain:Domain': { accessPolicies: 'resource' },
  'aws:opensearch/domainPolicy:DomainPolicy': { accessPolicies: 'resource' },
  'aws:cloudwatch/logResourcePolicy:LogResourcePolicy': { policyDocument: 'resource' },
  'aws:dynamodb/resourcePolicy:ResourcePolicy': { policy: 'resource' },
  'aws:backup/vaultPolicy:VaultPolicy': { policy: 'resource' },
}

const checkPolicies = (token: string, inputs: WireObject): Failure[] =>
  Object.entries(policies[token] ?? {}).flatMap(([property, kind]) => {
    const document = inputs[property] ?? null
    const text = isObject(document) ? JSON.stringify(document) : document
    const reason = typeof text === 'string' ? badPolicy(text, kind) : undefined
    return reason === undefined ? [] : [{ property, reason: `this policy ${reason}` }]
  })

/** Inputs are plain, and have their name. Types first: the rules may then rely on them. */
export const checkResource = (token: string, inputs: WireObject): Failure[] => {
  const wrong = checkInputs(token, inputs)
  if (wrong.length > 0) return wrong
  const containers =
    token === 'aws:ecs/taskDefinition:TaskDefinition' && typeof inputs.containerDefinitions === 'string'
      ? checkContainers(inputs.containerDefinitions, inputs)
      : []
  return [
    ...checkPolicies(token, inputs),
    ...containers,
    ...rulesOf(canonical(token)).flatMap((rule) => rule(inputs)),
  ]
}
