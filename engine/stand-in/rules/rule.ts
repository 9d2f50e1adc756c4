/** Rules that AWS has and types do not. */

import type { Failure } from '../check-inputs.ts'
import { isObject, unknown, type Wire, type WireObject } from '../wire.ts'

/** Plain inputs that have the right types → what AWS would refuse. */
export type Rule = (inputs: WireObject) => Failure[]

/** Nothing, or one refusal. `false` and undefined mean that all is well. */
export const refuseIf = (wrong: boolean | undefined, property: string, reason: string): Failure[] =>
  wrong === true ? [{ property, reason }] : []

/** A number that is known, within bounds. */
export const within = (inputs: WireObject, property: string, least: number, most: number): Failure[] => {
  const value = inputs[property]
  return refuseIf(
    typeof value === 'number' && (value < least || value > most),
    property,
    `must be ${least} to ${most}, is ${value}`,
  )
}

export const isKnown = (value: Wire | undefined): value is Wire =>
  value !== undefined &&
  value !== null &&
  value !== unknown &&
  !(typeof value === 'string' && value.includes(unknown))
export const given = (value: Wire | undefined): boolean => value !== undefined && value !== null
export const objects = (value: Wire | undefined): WireObject[] =>
  Array.isArray(value) ? value.filter(isObject) : []
export const object = (value: Wire | undefined): WireObject => (isObject(value) ? value : {})
export const strings = (value: Wire | undefined): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
