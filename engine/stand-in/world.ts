/** What exists in the stand-in's AWS: every resource, by type, region and id, for all stacks that share it. */

import type { Place } from './identity.ts'
import type { WireObject } from './wire.ts'

export interface Thing extends Place {
  token: string
  urn: string
  id: string
  arn: string
  /** Plain inputs. */
  inputs: WireObject
  outputs: WireObject
}

/** What tells one resource from another here: its URN, and which of its generations it is. */
const keyOf = ({ token, urn, id, arn }: Pick<Thing, 'token' | 'urn' | 'id' | 'arn'>): string =>
  [token, urn, id, arn].join(' ')

export class World {
  readonly #things = new Map<string, Thing>()
  /** Names that AWS keeps after a deletion: secrets within their recovery window, by name. */
  readonly reserved = new Set<string>()
  #turn = 0

  /** A number that no other resource gets. */
  turn(): number {
    this.#turn += 1
    return this.#turn
  }

  /** The resource that an `up` made under this URN; `arn` tells revisions apart, which share an id. */
  find(token: string, urn: string, id: string, arn: string | undefined): Thing | undefined {
    const exact = arn === undefined ? undefined : this.#things.get(keyOf({ token, urn, id, arn }))
    return exact ?? this.all().find((one) => one.token === token && one.urn === urn && one.id === id)
  }

  put(thing: Thing): void {
    this.#things.set(keyOf(thing), thing)
  }

  remove(thing: Thing): void {
    this.#things.delete(keyOf(thing))
  }

  all(): Thing[] {
    return [...this.#things.values()]
  }

  /** The living resources of one of the types whose inputs name `thing` by id or ARN. */
  users(thing: Thing, tokens: readonly string[]): Thing[] {
    return this.all().filter((other) => {
      if (other === thing || !tokens.includes(other.token)) return false
      const inputs = JSON.stringify(other.inputs)
      return inputs.includes(`"${thing.id}"`) || (thing.arn !== '' && inputs.includes(`"${thing.arn}"`))
    })
  }
}
