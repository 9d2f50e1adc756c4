/** Gives a resource the name that the AWS provider would give it in Check. */

import { type NameRule, nameFor, nameRule } from '../autonames.ts'
import { resourceType } from '../schema/aws-types.ts'
import type { Failure } from './check-inputs.ts'
import type { WireObject } from './wire.ts'

/** Types whose `name` the provider never fills in: the name means something. */
const neverNamed = new Set([
  'aws:route53/record:Record',
  'aws:route53/zone:Zone',
  'aws:ecs/accountSettingDefault:AccountSettingDefault',
])

/** The input that names resources of a type, if it has one. */
export const nameProperty = (token: string): string | undefined => {
  const property = nameRule(token)?.property ?? 'name'
  return resourceType(token)?.inputs.get(property)?.type.kind === 'string' ? property : undefined
}

/** The rule of a type, also of one that stands in no list; undefined when the provider gives it no name. */
export const ruleOf = (token: string): NameRule | undefined =>
  nameProperty(token) === undefined || neverNamed.has(token) ? undefined : (nameRule(token) ?? {})

const given = (inputs: WireObject, property: string): boolean =>
  (inputs[property] ?? inputs[`${property}Prefix`] ?? null) !== null

/** The inputs with a name, and what is wrong with it. `old` are the inputs the resource has now: a given name stays. */
export const autoname = (
  token: string,
  resourceName: string,
  inputs: WireObject,
  old: WireObject,
  seed: string,
): { inputs: WireObject; failures: Failure[] } => {
  const rule = ruleOf(token)
  if (rule === undefined) return { inputs, failures: [] }
  const { property, name, problem } = nameFor(rule, resourceName, inputs, seed)
  if (given(inputs, property)) return { inputs, failures: [] }
  if (typeof old[property] === 'string')
    return { inputs: { ...inputs, [property]: old[property] }, failures: [] }
  return {
    inputs: { ...inputs, [property]: name },
    failures: problem === undefined ? [] : [{ property, reason: problem }],
  }
}
