/** Reproducible choices: the same seed makes the same tables. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** mulberry32: 0 ≤ x < 1 */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  /** least ≤ n ≤ greatest */
  int(least: number, greatest: number): number {
    return least + Math.floor(this.next() * (greatest - least + 1))
  }

  pick<T>(list: readonly T[]): T {
    return list[this.int(0, list.length - 1)]!
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  list<T>(least: number, greatest: number, make: (n: number) => T): T[] {
    return Array.from({ length: this.int(least, greatest) }, (_, n) => make(n))
  }

  shuffled<T>(list: readonly T[]): T[] {
    return list
      .map((value) => ({ value, order: this.next() }))
      .sort((a, b) => a.order - b.order)
      .map(({ value }) => value)
  }
}
