import type { Weights } from '../../migration/front-door/front-door.ts'

export type FrontDoorSide = 'onPremises' | 'cloud'

/**
 * Smooth weighted round robin: of any 100 requests in a row exactly `weight` go to a side, evenly spread,
 * so that a weight can be checked in seconds. An ALB comes to the same split at random.
 */
export class Splitter {
  #weights: Weights
  #credit: Weights = { onPremises: 0, cloud: 0 }

  constructor(weights: Weights) {
    this.#weights = weights
  }

  get weights(): Weights {
    return this.#weights
  }

  set weights(weights: Weights) {
    this.#weights = weights
    // With credit left over from other weights the first requests would not be split exactly.
    this.#credit = { onPremises: 0, cloud: 0 }
  }

  next(): FrontDoorSide {
    this.#credit.onPremises += this.#weights.onPremises
    this.#credit.cloud += this.#weights.cloud
    const side = this.#credit.cloud > this.#credit.onPremises ? 'cloud' : 'onPremises'
    this.#credit[side] -= 100
    return side
  }
}
