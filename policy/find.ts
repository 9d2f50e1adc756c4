import { parsed } from '../preview/diff/properties.ts'
import { inlineOf, statementsOf } from '../preview/rights.ts'
import type { Json } from '../preview/values.ts'
import type { Resource } from './rule.ts'

export const ofType = (resources: readonly Resource[], ...types: string[]): Resource[] =>
  resources.filter(({ type }) => types.includes(type.replace('aws:alb/', 'aws:lb/')))

/** Does a property of one resource name another: by its output, its name or its ARN? */
export function refers(from: Resource, property: string, to: Resource): boolean {
  if ((from.propertyDependencies[property] ?? []).includes(to.urn)) return true
  const value = String(from.inputs[property] ?? '')
  const name = String(to.inputs.name ?? to.inputs.bucket ?? '')
  return name !== '' && (value === name || value.endsWith(`:${name}`) || value.includes(`:${name}:`))
}

export const list = (value: Json | undefined): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String)

export interface Grant {
  sid: string
  allow: boolean
  actions: string[]
  resources: string[]
  principal: Json | undefined
  condition: Json | undefined
  /** Everything but these. */
  notActions: string[]
}

/** Inputs that hold policy documents. */
const documents = [
  'policy',
  'assumeRolePolicy',
  'accessPolicies',
  'resourcePolicy',
  'policyDocument',
  'inlinePolicies',
]

const policiesIn = ({ inputs }: Resource, property: string) =>
  property === 'inlinePolicies' ? inlineOf(inputs) : [inputs[property]]

/** Every statement of every policy that a resource carries. */
export const grantsOf = (resource: Resource, only: string[] = documents): Grant[] =>
  only
    .flatMap((property) => policiesIn(resource, property))
    .flatMap((policy) => statementsOf(parsed(policy)))
    .map((statement) => ({
      sid: String(statement.Sid ?? ''),
      allow: statement.Effect !== 'Deny',
      actions: list(statement.Action),
      notActions: list(statement.NotAction),
      resources: list(statement.Resource),
      // Everybody but a few is everybody.
      principal: statement.NotPrincipal === undefined ? statement.Principal : '*',
      condition: statement.Condition,
    }))

/** What a role allows: its own policies and those of ours that are attached to it. */
export function grantsOfRole(role: Resource, resources: readonly Resource[]): Grant[] {
  const own = ofType(resources, 'aws:iam/rolePolicy:RolePolicy').filter((each) => refers(each, 'role', role))
  const attached = ofType(resources, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment')
    .filter((each) => refers(each, 'role', role))
    .flatMap((each) =>
      resources.filter(({ urn }) => (each.propertyDependencies.policyArn ?? []).includes(urn)),
    )
  return [
    ...grantsOf(role, ['inlinePolicies']),
    ...[...own, ...attached].flatMap((each) => grantsOf(each)),
  ].filter(({ allow }) => allow)
}

/** The role that a function takes. */
export const roleOf = (lambda: Resource, resources: readonly Resource[]): Resource | undefined =>
  ofType(resources, 'aws:iam/role:Role').find((role) => refers(lambda, 'role', role))

export const at = (value: Json | undefined, ...path: (string | number)[]): Json | undefined =>
  path.reduce<Json | undefined>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, Json>)[key] : undefined,
    parsed(value),
  )
