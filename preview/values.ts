import { signature, signatures, unknown as unknownOnTheWire } from '../engine/stand-in/wire.ts'

export { unknownOnTheWire }

/** Stands for a value that only AWS can tell. */
export const unknown = '<unknown>'
/** Stands for a secret. */
export const masked = '<secret>'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Inputs = Record<string, Json>

/** A value as registered, in plain JSON: secrets masked, what is not known marked, references as unknown ids. */
export function plain(value: unknown): Json {
  if (value === undefined || value === null) return null
  if (value === unknownOnTheWire) return unknown
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object') return value as Json
  const fields = value as Record<string, unknown>
  switch (fields[signature]) {
    case signatures.secret:
      return masked
    case signatures.reference:
      return unknown
    case signatures.output:
      return fields.secret ? masked : fields.value === undefined ? unknown : plain(fields.value)
    case signatures.asset:
    case signatures.archive: {
      const { [signature]: kind, ...rest } = fields
      return { [kind === signatures.asset ? 'asset' : 'archive']: plain(rest) }
    }
    default:
      return plainFields(fields)
  }
}

/** Fields of an object; those that are null are left out, as providers do. */
export const plainFields = (fields: Record<string, unknown>): Inputs =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== null && value !== undefined)
      .map(([key, value]) => [key, plain(value)]),
  )

/** Inside an output value of a remote component's argument there may be a plain one; take it out. */
export function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== 'object' || value === null) return value
  const fields = value as Record<string, unknown>
  if (fields[signature] === signatures.output)
    return 'value' in fields ? unwrapped(fields.value) : unknownOnTheWire
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, unwrapped(each)]))
}
