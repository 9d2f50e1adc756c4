/** Values as Pulumi's engine sends them: JSON in which secrets, unknowns, assets and references carry a signature. */

import struct from 'google-protobuf/google/protobuf/struct_pb.js'

export type Wire = null | boolean | number | string | Wire[] | { [key: string]: Wire }
export type WireObject = { [key: string]: Wire }

// From @pulumi/pulumi/runtime/rpc.ts; they are part of the engine's protocol and never change.
export const signature = '4dabf18193072939515e22adb298388d'
export const signatures = {
  asset: 'c44067f5952c0a294b673a41bacd8c17',
  archive: '0def7320c3a5731c473e5ecbe6d01bc7',
  secret: '1b47061264138c4ac30d75fd1eb44270',
  reference: '5cf8f73096256a8f31e491e813e4eb8e',
  output: 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
}

/** What stands for a value that is not known until `up`. */
export const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

export const isObject = (value: Wire | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const signed = (value: Wire | undefined, kind: keyof typeof signatures): boolean =>
  isObject(value) && value[signature] === signatures[kind]

export const isAsset = (value: Wire | undefined): boolean =>
  signed(value, 'asset') || signed(value, 'archive')
export const isReference = (value: Wire | undefined): boolean => signed(value, 'reference')

/** A reference to a resource, as a component's output. */
export const reference = (urn: string, id: string): WireObject => ({
  [signature]: signatures.reference,
  urn,
  id,
  packageVersion: '',
})

/** The value without its wrappers: secrets and outputs opened, a value not known yet as `unknown`. */
export const plain = (value: Wire | undefined): Wire => {
  if (value === undefined) return null
  if (Array.isArray(value)) return value.map(plain)
  if (!isObject(value)) return value
  if (signed(value, 'secret')) return plain(value.value)
  if (signed(value, 'output')) return 'value' in value ? plain(value.value) : unknown
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}

export const plainObject = (value: WireObject): WireObject => plain(value) as WireObject

export const hasSecret = (value: Wire | undefined): boolean => {
  if (Array.isArray(value)) return value.some(hasSecret)
  return (
    isObject(value) &&
    (signed(value, 'secret') ||
      (signed(value, 'output') && value.secret === true) ||
      Object.values(value).some(hasSecret))
  )
}

export const secret = (value: Wire): WireObject => ({ [signature]: signatures.secret, value })

export const hasUnknown = (value: Wire | undefined): boolean => {
  if (value === unknown) return true
  if (Array.isArray(value)) return value.some(hasUnknown)
  return isObject(value) && Object.values(value).some(hasUnknown)
}

export const fromStruct = (message: struct.Struct | undefined): WireObject =>
  (message?.toJavaScript() ?? {}) as WireObject

export const toStruct = (value: WireObject): struct.Struct => struct.Struct.fromJavaScript(value as never)
