import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export interface Random {
  /** In [0, 1). */
  fraction(): number
  /** A whole number, both ends included. */
  int(from: number, to: number): number
  pick<T>(from: readonly T[]): T
}

/** Independent sources of random numbers that follow from one seed. */
export function randoms(seed: number, count: number): Random[] {
  const generator = xoroshiro128plus(seed)
  return Array.from({ length: count }, () => {
    const own = generator.clone()
    generator.jump()
    const int = (from: number, to: number) => uniformInt(own, from, to)
    return {
      fraction: () => uniformFloat64(own),
      int,
      pick: <T>(from: readonly T[]) => from[int(0, from.length - 1)] as T,
    }
  })
}
