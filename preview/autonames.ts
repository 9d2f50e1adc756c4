import { nameFor, nameRule } from '../engine/autonames.ts'
import type { WireObject } from '../engine/stand-in/wire.ts'
import type { Inputs } from './values.ts'

/**
 * A resource's inputs with the name the provider would give it in Check; random there, made from the URN here, so
 * that two previews agree. Throws where the provider would: a logical name that leaves no room for the suffix.
 */
export function autonamed(type: string, logicalName: string, urn: string, inputs: Inputs): Inputs {
  const rule = nameRule(type)
  if (!rule) return inputs
  const { property, name, problem } = nameFor(rule, logicalName, inputs as WireObject, urn)
  if (inputs[property] !== undefined || inputs[`${property}Prefix`] !== undefined) return inputs
  if (problem) throw new Error(`${logicalName} (${type}): ${problem}`)
  return { ...inputs, [property]: name }
}
