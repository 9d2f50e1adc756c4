/** Compares a resource's inputs with the types of @pulumi/aws, the way the provider's own schema would. */

import { enumValues, nestedInput, resourceType } from '../schema/aws-types.ts'
import type { Property, ValueType } from '../schema/type-text.ts'
import { isAsset, isObject, isReference, unknown, type Wire, type WireObject } from './wire.ts'

/** One thing that is wrong: `property` is a path such as `defaultActions[0].type`. */
export interface Failure {
  property: string
  reason: string
}

const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries())
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === other ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** The known name that looks most like a wrong one. */
export const nearest = (name: string, known: Iterable<string>): string | undefined =>
  [...known]
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ far }) => far <= Math.max(2, name.length / 3))
    .sort((a, b) => a.far - b.far)[0]?.candidate

const describe = (value: Wire): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (isAsset(value)) return 'an asset'
  return isObject(value) ? 'an object' : `the ${typeof value} ${JSON.stringify(value)}`
}

const expected = (type: ValueType): string => {
  switch (type.kind) {
    case 'array':
      return `a list of ${expected(type.of).replace(/^an? /, '')}s`
    case 'map':
      return `a map of ${expected(type.of).replace(/^an? /, '')}s`
    case 'object':
      return `an object (${type.name})`
    case 'enum':
      return `one of ${[...enumValues(type.name)].join(', ')}`
    case 'union':
      return type.of.map(expected).join(' or ')
    case 'asset':
      return 'an asset or archive'
    default:
      return `a ${type.kind}`
  }
}

const checkObject = (known: Map<string, Property>, value: WireObject, path: string): Failure[] => {
  const at = (key: string) => (path === '' ? key : `${path}.${key}`)
  const failures: Failure[] = []
  for (const [key, inner] of Object.entries(value)) {
    const property = known.get(key)
    if (property !== undefined) {
      if (inner !== null) failures.push(...checkValue(property.type, inner, at(key)))
    } else if (key !== '__defaults') {
      const meant = nearest(key, known.keys())
      failures.push({
        property: at(key),
        reason: `unknown input${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      })
    }
  }
  for (const [key, property] of known)
    if (property.required && (value[key] === undefined || value[key] === null))
      failures.push({ property: at(key), reason: 'missing required input' })
  return failures
}

const checkValue = (type: ValueType, value: Wire, path: string): Failure[] => {
  const wrong = (): Failure[] => [
    { property: path, reason: `wrong type: expected ${expected(type)}, got ${describe(value)}` },
  ]
  if (value === unknown || type.kind === 'any') return []
  switch (type.kind) {
    case 'array':
      return Array.isArray(value)
        ? value.flatMap((item, i) => checkValue(type.of, item, `${path}[${i}]`))
        : wrong()
    case 'map':
      return isObject(value) && !isAsset(value)
        ? Object.entries(value).flatMap(([key, item]) => checkValue(type.of, item, `${path}.${key}`))
        : wrong()
    case 'object':
      return isObject(value) && !isAsset(value) ? checkObject(nestedInput(type.name), value, path) : wrong()
    case 'enum': {
      const values = enumValues(type.name)
      return typeof value === 'string' && !values.has(value) ? wrong() : []
    }
    case 'union':
      return type.of.some((one) => checkValue(one, value, path).length === 0) ? [] : wrong()
    case 'asset':
      return isAsset(value) ? [] : wrong()
    case 'resource':
      return typeof value === 'string' || isReference(value) ? [] : wrong()
    default:
      return typeof value === type.kind ? [] : wrong()
  }
}

/** Every input that is unknown, missing or of a wrong type. `inputs` are plain (`wire.plain`). */
export const checkInputs = (token: string, inputs: WireObject): Failure[] => {
  const type = resourceType(token)
  if (type === undefined) return [{ property: '', reason: `@pulumi/aws has no resource ${token}` }]
  return checkObject(type.inputs, inputs, '')
}
