import { type Random, randoms } from './random.ts'

/** Requests for each authorisation. */
export const shares = { authorise: 1, capture: 0.1, refund: 0.03, read: 0.03 } as const

/** Authorisations sent twice under one key: half of them at once, half later. */
export const duplicateShare = 0.01
const repeatAfterMs = { from: 200, to: 5000 }

/**
 * When a request is due, in milliseconds from the start. `twins` is an authorisation sent twice at once; `repeat`
 * sends again what the `repeated` of the same number sent.
 */
export interface Arrival {
  atMs: number
  kind: keyof typeof shares | 'twins' | 'repeated' | 'repeat'
  /** Which authorisation; for the other kinds without meaning. */
  n: number
}

interface Stream {
  kind: keyof typeof shares
  meanGapMs: number
  atMs: number
  random: Random
}

/**
 * Endless arrivals in order of time. They follow from the options alone, so nothing that the system does can slow
 * them down. Each kind arrives by itself, as a Poisson process or evenly spaced.
 */
export function* arrivals(options: {
  rate: number
  seed: number
  arrivals: 'poisson' | 'even'
}): Generator<Arrival, never> {
  const kinds = Object.keys(shares) as (keyof typeof shares)[]
  const sources = randoms(options.seed, kinds.length + 1)
  const copies = sources.pop() as Random
  const gap = ({ meanGapMs, random }: Stream) =>
    options.arrivals === 'even' ? meanGapMs : -Math.log(1 - random.fraction()) * meanGapMs
  const streams = kinds.map((kind, i): Stream => {
    const meanGapMs = 1000 / (options.rate * shares[kind])
    const stream = { kind, meanGapMs, atMs: 0, random: sources[i] as Random }
    stream.atMs = gap(stream)
    return stream
  })
  const repeats: Arrival[] = []
  let authorisations = 0

  for (;;) {
    const stream = earliest(streams)
    const repeat = repeats.length > 0 ? earliest(repeats) : undefined
    if (repeat && repeat.atMs <= stream.atMs) {
      repeats.splice(repeats.indexOf(repeat), 1)
      yield repeat
      continue
    }
    const { atMs, kind } = stream
    stream.atMs += gap(stream)
    if (kind !== 'authorise') {
      yield { atMs, kind, n: 0 }
      continue
    }
    const n = authorisations++
    const copy = copies.fraction() / duplicateShare
    const later = copies.int(repeatAfterMs.from, repeatAfterMs.to)
    const repeated = copy >= 0.5 && copy < 1
    if (repeated) repeats.push({ atMs: atMs + later, kind: 'repeat', n })
    yield { atMs, kind: repeated ? 'repeated' : copy < 0.5 ? 'twins' : 'authorise', n }
  }
}

function earliest<T extends { atMs: number }>(from: readonly T[]): T {
  return from.reduce((first, other) => (other.atMs < first.atMs ? other : first))
}
