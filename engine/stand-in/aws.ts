/** The stand-in for the AWS provider: what each call of Pulumi's provider protocol does. Knows nothing of gRPC. */

import { invokesOf } from '../../preview/invokes.ts'
import { resourceType } from '../schema/aws-types.ts'
import { autoname } from './autoname.ts'
import { checkInputs, type Failure } from './check-inputs.ts'
import { checkResource } from './checks.ts'
import { refusesDeletion } from './deletion.ts'
import { type Difference, difference } from './diff.ts'
import { documentsAsText } from './documents.ts'
import { identify, type Place } from './identity.ts'
import { outputsOf, previewOutputs } from './outputs.ts'
import { missingFor } from './preconditions/index.ts'
import { isReviewed } from './replacements.ts'
import { plain, plainObject, type WireObject } from './wire.ts'
import type { Thing, World } from './world.ts'

/** What names a resource in a call. */
export interface Target {
  token: string
  urn: string
  name: string
}

/** AWS said no. The message reaches whoever runs the program. */
export class Refused extends Error {}

export class Aws {
  readonly world: World
  readonly place: Place

  constructor(world: World, place: Place) {
    this.world = world
    this.place = place
  }

  check(
    target: Target,
    news: WireObject,
    olds: WireObject,
    seed: string,
  ): { inputs: WireObject; failures: Failure[] } {
    const named = autoname(target.token, target.name, news, plainObject(olds), seed)
    const reviewed: Failure[] = isReviewed(target.token)
      ? []
      : [
          {
            property: '',
            reason: `what replaces a ${target.token} has not been reviewed (engine/stand-in/data)`,
          },
        ]
    const known = resourceType(target.token) !== undefined
    return {
      inputs: documentsAsText(target.token, named.inputs),
      failures: [
        ...checkResource(target.token, plainObject(named.inputs)),
        ...named.failures,
        ...(known ? reviewed : []),
      ],
    }
  }

  checkConfig(news: WireObject): Failure[] {
    return checkInputs('pulumi:providers:aws', configOf(news))
  }

  diff(target: Target, oldInputs: WireObject, news: WireObject): Difference {
    return difference(target.token, oldInputs, news)
  }

  create(target: Target, inputs: WireObject, preview: boolean): { id: string; outputs: WireObject } {
    if (preview) return { id: '', outputs: previewOutputs(target.token, inputs) }
    const place = this.#placeOf(inputs)
    const bare = plainObject(inputs)
    const turn = this.world.turn()
    const identity = identify(target.token, target.urn, bare, place, turn)
    const { token, urn } = target
    if (identity.unique && this.world.all().some((one) => one.token === token && one.arn === identity.arn))
      throw new Refused(`AlreadyExists: ${token} ${identity.id} already exists`)
    if (this.world.reserved.has(`${token} ${String(bare.name)}`))
      throw new Refused(
        `InvalidRequestException: You can't create ${String(bare.name)} because it is scheduled for deletion (recoveryWindowInDays)`,
      )
    const missing = missingFor(token, bare, place, this.world)
    if (missing !== undefined) throw new Refused(`creating ${target.name}: ${missing}`)
    const outputs = outputsOf({ ...place, ...identity, token, seed: `${urn}#${turn}`, inputs })
    this.world.put({ ...place, ...identity, token, urn, inputs: bare, outputs })
    return { id: identity.id, outputs }
  }

  update(target: Target, id: string, olds: WireObject, news: WireObject, preview: boolean): WireObject {
    const inputNames = resourceType(target.token)?.inputs
    const decided = Object.fromEntries(Object.entries(olds).filter(([name]) => !inputNames?.has(name)))
    const computed = Object.fromEntries(
      Object.entries(olds).filter(
        ([name]) => inputNames?.has(name) && !(name in (this.#find(target, id, olds)?.inputs ?? olds)),
      ),
    )
    const tags = 'tagsAll' in olds ? { tagsAll: news.tags ?? {} } : {}
    const outputs = { ...decided, ...computed, ...tags, ...news }
    if (!preview) {
      const thing = this.#find(target, id, olds)
      if (thing === undefined) throw new Refused(`NotFound: ${target.token} ${id} does not exist`)
      const missing = missingFor(target.token, plainObject(news), thing, this.world)
      if (missing !== undefined) throw new Refused(`updating ${target.name}: ${missing}`)
      this.world.put({ ...thing, inputs: plainObject(news), outputs })
    }
    return outputs
  }

  read(
    target: Target,
    id: string,
    state: WireObject,
  ): { id: string; outputs: WireObject; inputs: WireObject } {
    const thing = this.#find(target, id, state)
    if (thing !== undefined) return { id, outputs: thing.outputs, inputs: thing.inputs }
    // Something that others made and the program only looks up: it is there, as described.
    if (Object.keys(state).length === 0) return { id, outputs: previewOutputs(target.token, {}), inputs: {} }
    return { id: '', outputs: {}, inputs: {} }
  }

  delete(target: Target, id: string, state: WireObject = {}): void {
    const thing = this.#find(target, id, state)
    if (thing === undefined) return
    const reason = refusesDeletion(thing, this.world)
    if (reason !== undefined) throw new Refused(`deleting ${target.name}: ${reason}`)
    this.world.remove(thing)
    if (target.token === 'aws:secretsmanager/secret:Secret' && thing.inputs.recoveryWindowInDays !== 0)
      this.world.reserved.add(`${target.token} ${String(thing.inputs.name)}`)
  }

  invoke(token: string, args: WireObject): WireObject {
    const parameters = Object.fromEntries(
      this.world
        .all()
        .filter((thing) => thing.token === 'aws:ssm/parameter:Parameter')
        .map((thing) => [String(thing.inputs.name), String(thing.inputs.value)]),
    )
    const region = plain(args.region)
    return invokesOf({ ...this.place, ...(typeof region === 'string' ? { region } : {}), parameters }).invoke(
      token,
      plainObject(args) as never,
    ) as WireObject
  }

  #placeOf(inputs: WireObject): Place {
    const region = plain(inputs.region)
    return { ...this.place, ...(typeof region === 'string' ? { region } : {}) }
  }

  /** Under its URN, or, when it was renamed, under its id in this account. */
  #find({ token, urn }: Target, id: string, state: WireObject): Thing | undefined {
    const arn = plain(state.arn)
    const { accountId } = this.place
    return (
      this.world.find(token, urn, id, typeof arn === 'string' ? arn : undefined) ??
      this.world.all().find((one) => one.token === token && one.id === id && one.accountId === accountId)
    )
  }
}

/** A provider's settings come as JSON in strings where they are not strings. */
export const configOf = (news: WireObject): WireObject => {
  const parsed = Object.entries(plainObject(news)).map(([key, value]) => {
    if (typeof value !== 'string' || key === 'region') return [key, value]
    try {
      const inner = JSON.parse(value)
      return [key, typeof inner === 'number' ? value : inner]
    } catch {
      return [key, value]
    }
  })
  return Object.fromEntries(parsed.filter(([key]) => key !== 'version' && key !== '__internal'))
}
