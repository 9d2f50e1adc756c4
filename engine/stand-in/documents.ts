/** Inputs that are JSON in a string and may be given as an object: the provider makes text of them when it checks. */

import { resourceType } from '../schema/aws-types.ts'
import type { ValueType } from '../schema/type-text.ts'
import { hasSecret, hasUnknown, isObject, plain, secret, unknown, type WireObject } from './wire.ts'

const mayBeDocument = ({ type }: { type: ValueType }): boolean =>
  type.kind === 'union' &&
  type.of.some(({ kind }) => kind === 'string') &&
  type.of.some(({ kind }) => kind === 'object')

/** The inputs with their documents as text; a document with a value that is not known yet is not known itself. */
export const documentsAsText = (token: string, inputs: WireObject): WireObject => {
  const types = resourceType(token)?.inputs
  const changed = Object.entries(inputs).map(([name, value]) => {
    const property = types?.get(name)
    const bare = plain(value)
    if (property === undefined || !mayBeDocument(property) || !isObject(bare)) return [name, value]
    const text = hasUnknown(bare) ? unknown : JSON.stringify(bare)
    return [name, hasSecret(value) ? secret(text) : text]
  })
  return Object.fromEntries(changed)
}
