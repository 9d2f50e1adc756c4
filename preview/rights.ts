import type { RecordedResource } from './recorded.ts'
import type { Inputs, Json } from './values.ts'

export interface Right {
  sid: string
  effect: string
  actions: string[]
  resources: string[]
  /** Under which conditions, as JSON; empty when none. */
  conditions: string
}

export interface RoleRights {
  urn: string
  name: string
  /** The policy that says who may take the role. */
  trust: Statement[]
  /** Who may take the role. */
  takenBy: string[]
  rights: Right[]
  /** AWS's own policies attached to it. */
  managed: string[]
}

const list = (value: Json | undefined): string[] =>
  value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String)

export type Statement = { [key: string]: Json }

/** The statements of a policy, whether it was given as text or as an object. */
export function statementsOf(document: Json | undefined): Statement[] {
  let parsed = document
  if (typeof document === 'string') {
    try {
      parsed = JSON.parse(document) as Json
    } catch {
      return []
    }
  }
  const statements = (parsed as { Statement?: Json } | undefined)?.Statement
  return (Array.isArray(statements) ? statements : statements ? [statements] : []) as Statement[]
}

/** Everybody that a principal names; `*` is everybody. */
export const principalsOf = (principal: Json | undefined): string[] =>
  typeof principal === 'object' && principal !== null && !Array.isArray(principal)
    ? Object.values(principal).flatMap(list)
    : list(principal)

const rightOf = (statement: Statement): Right => ({
  sid: String(statement.Sid ?? ''),
  effect: String(statement.Effect ?? 'Allow'),
  actions: list(statement.Action),
  resources: list(statement.Resource),
  conditions: statement.Condition ? JSON.stringify(statement.Condition) : '',
})

const types = {
  role: 'aws:iam/role:Role',
  inline: 'aws:iam/rolePolicy:RolePolicy',
  attachment: 'aws:iam/rolePolicyAttachment:RolePolicyAttachment',
  policy: 'aws:iam/policy:Policy',
}

/** Policies written into the role itself. */
export const inlineOf = (inputs: Inputs): (Json | undefined)[] =>
  Array.isArray(inputs.inlinePolicies)
    ? inputs.inlinePolicies.map((each) => (each as Inputs | null)?.policy)
    : []

/** What each role may do: its inline policies, and those of ours that are attached to it. */
export function rightsOf(resources: RecordedResource[]): RoleRights[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]))
  const belongsTo = (role: RecordedResource) => (resource: RecordedResource) =>
    (resource.propertyDependencies.role ?? []).includes(role.urn) || resource.inputs.role === role.inputs.name
  return resources
    .filter(({ type }) => type === types.role)
    .map((role) => {
      const own = resources.filter(({ type }) => type === types.inline).filter(belongsTo(role))
      const attached = resources.filter(({ type }) => type === types.attachment).filter(belongsTo(role))
      const ours = attached
        .flatMap(({ propertyDependencies }) => propertyDependencies.policyArn ?? [])
        .flatMap((urn) => byUrn.get(urn) ?? [])
      return {
        urn: role.urn,
        name: role.name,
        trust: statementsOf(role.inputs.assumeRolePolicy),
        takenBy: statementsOf(role.inputs.assumeRolePolicy).flatMap(({ Principal }) =>
          principalsOf(Principal),
        ),
        rights: [...inlineOf(role.inputs), ...[...own, ...ours].map(({ inputs }) => inputs.policy)]
          .flatMap(statementsOf)
          .map(rightOf),
        managed: [
          ...list(role.inputs.managedPolicyArns),
          ...attached.map(({ inputs }) => String(inputs.policyArn)).filter((arn) => arn.startsWith('arn:')),
        ],
      }
    })
}
