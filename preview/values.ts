/** How Pulumi marks what is no plain JSON; the same constants as in sdk/go/common/resource. */
const marks = {
  key: '4dabf18193072939515e22adb298388d',
  asset: 'c44067f5952c0a294b673a41bacd8c17',
  archive: '0def7320c3a5731c473e5ecbe6d01bc7',
  secret: '1b47061264138c4ac30d75fd1eb44270',
  resource: '5cf8f73096256a8f31e491e813e4eb8e',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
}
const unknownMark = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

/** Stands for a value that only AWS can tell. */
export const unknown = '<unknown>'
/** Stands for a secret. */
export const masked = '<secret>'

export const unknownOnTheWire = unknownMark
export const reference = (urn: string) => ({ [marks.key]: marks.resource, urn, id: unknownMark })

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Inputs = Record<string, Json>

/** A value as registered, in plain JSON: secrets masked, what is not known marked, references as unknown ids. */
export function plain(value: unknown): Json {
  if (value === undefined || value === null) return null
  if (value === unknownMark) return unknown
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object') return value as Json
  const fields = value as Record<string, unknown>
  switch (fields[marks.key]) {
    case marks.secret:
      return masked
    case marks.resource:
      return unknown
    case marks.output:
      return fields.secret ? masked : fields.value === undefined ? unknown : plain(fields.value)
    case marks.asset:
    case marks.archive: {
      const { [marks.key]: kind, ...rest } = fields
      return { [kind === marks.asset ? 'asset' : 'archive']: plain(rest) }
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
  if (fields[marks.key] === marks.output) return 'value' in fields ? unwrapped(fields.value) : unknownMark
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, unwrapped(each)]))
}
