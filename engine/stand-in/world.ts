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

const global = new Set(['iam', 's3', 'route53', 'budgets', 'costexplorer'])

/** Every revision of a task definition has the family as its id. */
const manyOfOneId = new Set(['aws:ecs/taskDefinition:TaskDefinition'])

const keyOf = (thing: Pick<Thing, 'token' | 'region' | 'id'> & { arn?: string }): string => {
  const module = thing.token.split(/[:/]/)[1]!
  if (manyOfOneId.has(thing.token) && thing.arn !== undefined) return `${thing.token} ${thing.arn}`
  return `${thing.token} ${global.has(module) ? '' : thing.region} ${thing.id}`
}

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

  /** `arn` tells apart what has one id. */
  get(token: string, region: string, id: string, arn?: string): Thing | undefined {
    return this.#things.get(keyOf({ token, region, id, ...(arn === undefined ? {} : { arn }) }))
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
