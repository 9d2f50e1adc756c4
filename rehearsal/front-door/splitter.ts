import type { Weights } from '../../migration/front-door/front-door.ts'

export type FrontDoorSide = 'onPremises' | 'cloud'

/**
 * Smooth weighted round robin: of any 100 requests in a row exactly `weight` go to a side, evenly spread, also
 * right after the weights changed, so that a weight can be checked in seconds. An ALB comes to the same split at
 * random.
 */
export class Splitter {
  weights: Weights
  readonly #credit: Weights = { onPremises: 0, cloud: 0 }

  constructor(weights: Weights) {
    this.weights = weights
  }

  next(): FrontDoorSide {
    this.#credit.onPremises += this.weights.onPremises
    this.#credit.cloud += this.weights.cloud
    const side = this.#credit.cloud > this.#credit.onPremises ? 'cloud' : 'onPremises'
    this.#credit[side] -= 100
    return side
  }
}
