import type { Recorded } from './record.ts'
import type { RecordedResource } from './recorded.ts'
import { terraformKey, terraformName, terraformType } from './terraform-names.ts'
import { type Json, unknown } from './values.ts'
import { pointsTo } from './vpc-children.ts'

/** Arguments that are maps of the user's own keys, not blocks. */
const maps = new Set([
  'tags',
  'variables',
  'dockerLabels',
  'options',
  'triggers',
  'dimensions',
  'tagsAll',
  'parameters',
])

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isPolicy = (value: Json) => isObject(value) && 'Version' in value && 'Statement' in value
const isLifecyclePolicy = (value: Json) =>
  isObject(value) && Array.isArray(value.rules) && 'rulePriority' in Object(value.rules[0])

interface Written {
  values: { [key: string]: Json }
  unknowns: { [key: string]: Json }
}

/** Scanners look for unknown values beside the known ones at the top only; inside blocks they must be there to be seen. */
const shown = (values: Written['values'], unknowns: Written['unknowns']) => ({
  ...Object.fromEntries(
    Object.entries(unknowns)
      .filter(([, each]) => each === true)
      .map(([key]) => [key, afterUp]),
  ),
  ...values,
})
const afterUp = '(known after apply)'

/** A value as Terraform holds it: blocks in lists, policies as text; what is not known yet is left out. */
function write(key: string, value: Json): { value?: Json; unknown?: Json } {
  if (value === unknown) return { unknown: true }
  if (isPolicy(value) || isLifecyclePolicy(value)) return { value: JSON.stringify(value) }
  if (isObject(value)) {
    if (maps.has(key))
      return { value: Object.fromEntries(Object.entries(value).filter(([, each]) => each !== unknown)) }
    const { values, unknowns } = writeAll(value)
    return { value: [shown(values, unknowns)], unknown: [unknowns] }
  }
  if (!Array.isArray(value)) return { value }
  if (value.some(isObject)) {
    const blocks = value.filter(isObject).map(writeAll)
    return {
      value: blocks.map(({ values, unknowns }) => shown(values, unknowns)),
      unknown: blocks.map(({ unknowns }) => unknowns),
    }
  }
  const known = value.filter((each) => each !== unknown)
  return { value: known, unknown: value.map((each) => each === unknown) }
}

function writeAll(inputs: { [key: string]: Json }): Written {
  const written: Written = { values: {}, unknowns: {} }
  for (const [key, value] of Object.entries(inputs)) {
    const isBlocks = Array.isArray(value) && value.some(isObject)
    const name = terraformKey(key, isBlocks)
    const one = write(key, value)
    if (one.value !== undefined) written.values[name] = one.value
    if (one.unknown !== undefined) written.unknowns[name] = one.unknown
  }
  return written
}

const addressOf = ({ type, name }: RecordedResource) => `${terraformType(type)}.${terraformName(name)}`

/**
 * The resources as a Terraform plan (format 1.2): enough of it for scanners that read plans. Names are translated by
 * rule; a scanner that knows a resource by another name passes it over.
 */
export function terraformPlan({ resources }: Pick<Recorded, 'resources'>): object {
  const real = resources.filter(({ custom, type }) => custom && type.startsWith('aws:'))
  const addresses = new Map(real.map((resource) => [resource.urn, addressOf(resource)]))
  /** Outputs of a remote component stand for something inside it: its VPC, its subnets. */
  const inside = (urn: string, key: string) => {
    const type = pointsTo[key]
    const component = resources.find((resource) => resource.urn === urn && !resource.custom)
    if (!type || !component) return []
    return real.filter((each) => each.type === type && each.urn.includes('awsx:ec2:Vpc')).map(addressOf)
  }
  const described = real.map((resource) => {
    const { values, unknowns } = writeAll(resource.inputs)
    const common = {
      address: addressOf(resource),
      mode: 'managed',
      type: terraformType(resource.type),
      name: terraformName(resource.name),
    }
    const expressions = Object.fromEntries(
      Object.entries(resource.propertyDependencies)
        .map(
          ([key, urns]) =>
            [
              terraformKey(key, false),
              {
                references: urns
                  .flatMap((urn) => addresses.get(urn) ?? inside(urn, key))
                  .flatMap((one) => [`${one}.id`, one]),
              },
            ] as const,
        )
        .filter(([, { references }]) => references.length > 0),
    )
    return { common, values, unknowns, expressions }
  })
  return {
    format_version: '1.2',
    terraform_version: '1.9.0',
    planned_values: {
      root_module: {
        resources: described.map(({ common, values }) => ({
          ...common,
          provider_name: 'registry.terraform.io/hashicorp/aws',
          schema_version: 0,
          values,
        })),
      },
    },
    resource_changes: described.map(({ common, values, unknowns }) => ({
      ...common,
      provider_name: 'registry.terraform.io/hashicorp/aws',
      change: { actions: ['create'], before: null, after: values, after_unknown: unknowns },
    })),
    configuration: {
      provider_config: { aws: { name: 'aws', full_name: 'registry.terraform.io/hashicorp/aws' } },
      root_module: {
        resources: described.map(({ common, expressions }) => ({
          ...common,
          provider_config_key: 'aws',
          expressions,
          schema_version: 0,
        })),
      },
    },
  }
}
