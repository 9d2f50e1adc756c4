import type { Place } from '../identity.ts'
import type { Wire, WireObject } from '../wire.ts'
import type { Thing } from '../world.ts'

export interface Scene {
  inputs: WireObject
  place: Place
  /** The living resources of a type. */
  all: (token: string) => Thing[]
}

export type Precondition = (scene: Scene) => string | undefined

export const text = (value: Wire | undefined): string => (typeof value === 'string' ? value : '')
export const firstReason = <T>(items: T[], reasonOf: (item: T) => string | undefined): string | undefined => {
  for (const item of items) {
    const reason = reasonOf(item)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** The text of a key's policy; undefined when the key is not of this world. */
export const keyPolicy = (key: Wire | undefined, { all }: Scene): string | undefined => {
  const found = all('aws:kms/key:Key').find((k) => k.arn === key || k.id === key)
  return found === undefined ? undefined : text(found.inputs.policy)
}
