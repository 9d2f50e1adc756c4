/** Refuses a policy that AWS would refuse: IAM policies, trust policies, and the policies of buckets, keys, queues. */

import table from './data/iam-actions.json' with { type: 'json' }
import { isObject, unknown, type Wire, type WireObject } from './wire.ts'

const services = new Map(Object.entries(table.services).map(([name, actions]) => [name, actions.split(' ')]))

const statementKeys = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])
const operator =
  /^(ForAnyValue:|ForAllValues:)?(String(Not)?(Equals(IgnoreCase)?|Like)|Numeric(Not)?Equals|Numeric(Less|Greater)Than(Equals)?|Date(Not)?Equals|Date(Less|Greater)Than(Equals)?|Bool|BinaryEquals|(Not)?IpAddress|Arn(Not)?(Equals|Like)|Null)(IfExists)?$/

const list = (value: Wire | undefined): Wire[] =>
  value === undefined || value === null ? [] : [value].flat()

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  )

const badAction = (action: Wire): string | undefined => {
  if (action === '*' || action === unknown) return undefined
  if (typeof action !== 'string' || !/^[\w-]+:[\w*?]+$/.test(action))
    return `the action ${JSON.stringify(action)} is not of the form service:Action`
  const [service, name] = action.toLowerCase().split(':') as [string, string]
  const known = services.get(service)
  if (known === undefined) return `the action ${action} is of a service that is not known here: ${service}`
  return known.some((one) => wildcard(name).test(one))
    ? undefined
    : `no action of ${service} is called ${action}`
}

const notKnown = (value: Wire): boolean => typeof value === 'string' && value.includes(unknown)

const badResource = (resource: Wire): string | undefined =>
  notKnown(resource)
    ? undefined
    : typeof resource !== 'string' || !/^(\*|arn:[\w*-]+:[\w*-]+:[^:]*:[^:]*:.+)$/.test(resource)
      ? `the resource ${JSON.stringify(resource)} is neither an ARN nor *`
      : undefined

const badPrincipal = (principal: Wire | undefined): string | undefined => {
  if (principal === undefined || principal === '*' || notKnown(principal)) return undefined
  if (!isObject(principal)) return 'Principal must be "*" or an object'
  for (const [kind, who] of Object.entries(principal)) {
    if (!['AWS', 'Service', 'Federated', 'CanonicalUser'].includes(kind))
      return `Principal has an unknown kind ${kind}`
    for (const one of list(who)) {
      if (notKnown(one)) continue
      if (typeof one !== 'string' || one === '')
        return `Principal.${kind} must be a string or a list of strings`
      if (kind === 'Service' && !/^[\w.-]+\.amazonaws\.com$/.test(one))
        return `${one} is not a service principal`
    }
  }
  return undefined
}

const badCondition = (condition: Wire | undefined): string | undefined => {
  if (condition === undefined) return undefined
  if (!isObject(condition)) return 'Condition must be an object'
  for (const [name, keys] of Object.entries(condition)) {
    if (!operator.test(name)) return `Condition has an unknown operator ${name}`
    if (!isObject(keys)) return `Condition.${name} must be an object`
    for (const [key, value] of Object.entries(keys))
      if (list(value).some((one) => typeof one === 'object'))
        return `Condition.${name}.${key} must be a value or a list`
  }
  return undefined
}

/** What kind of policy it is decides who is named and what it is about. */
export type PolicyKind = 'identity' | 'trust' | 'resource'

const badStatement = (statement: Wire, kind: PolicyKind): string | undefined => {
  if (!isObject(statement)) return 'is not an object'
  const odd = Object.keys(statement).find((key) => !statementKeys.has(key))
  if (odd !== undefined) return `has an unknown key ${odd}`
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') return 'must have Effect Allow or Deny'
  const exactlyOne = (a: string, b: string) => (statement[a] === undefined) !== (statement[b] === undefined)
  if (!exactlyOne('Action', 'NotAction')) return 'must have Action or NotAction'
  const named = statement.Principal !== undefined || statement.NotPrincipal !== undefined
  if (kind === 'identity' && named) return 'must not have a Principal: the policy is of an identity'
  if (kind !== 'identity' && !named) return 'must have a Principal'
  const about = statement.Resource !== undefined || statement.NotResource !== undefined
  if (kind === 'trust' && about) return 'must not have a Resource: it is a trust policy'
  if (kind !== 'trust' && !exactlyOne('Resource', 'NotResource')) return 'must have Resource or NotResource'
  for (const part of ['Action', 'NotAction', 'Resource', 'NotResource'] as const)
    if (statement[part] !== undefined && list(statement[part]).length === 0) return `has an empty ${part}`
  return (
    [...list(statement.Action), ...list(statement.NotAction)].map(badAction).find(Boolean) ??
    [...list(statement.Resource), ...list(statement.NotResource)].map(badResource).find(Boolean) ??
    badPrincipal(statement.Principal ?? statement.NotPrincipal) ??
    badCondition(statement.Condition)
  )
}

/** Longest document of each kind, in characters without white space (IAM quotas; resource policies of S3 and KMS). */
const maxLength: Record<PolicyKind, number> = { identity: 10_240, trust: 2_048, resource: 20_480 }

/** The reason why a text is not a policy, or undefined. A text with a value that is not known yet is not judged. */
export const badPolicy = (text: string, kind: PolicyKind): string | undefined => {
  if (text === unknown) return undefined
  let policy: WireObject
  try {
    policy = JSON.parse(text)
  } catch (error) {
    return text.includes(unknown) ? undefined : `is not JSON: ${(error as Error).message}`
  }
  if (!isObject(policy)) return 'is not a policy: it must be an object with Version and Statement'
  const odd = Object.keys(policy).find((key) => !['Version', 'Id', 'Statement'].includes(key))
  if (odd !== undefined) return `is not a policy: unknown key ${odd}`
  if (policy.Version !== '2012-10-17') return 'is not a policy: Version must be "2012-10-17"'
  const statements = list(policy.Statement)
  if (statements.length === 0) return 'is not a policy: it has no Statement'
  if (JSON.stringify(policy).length > maxLength[kind]) return `is longer than ${maxLength[kind]} characters`
  for (const [i, statement] of statements.entries()) {
    const reason = badStatement(statement, kind)
    if (reason !== undefined) return `Statement[${i}] ${reason}`
  }
  const sids = statements.map((s) => (s as WireObject).Sid).filter((sid) => sid !== undefined)
  return new Set(sids).size === sids.length ? undefined : 'has two statements with one Sid'
}
