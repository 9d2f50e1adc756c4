import { copy } from './encode.ts'
import type { State } from './state.ts'
import { other, publisherOf } from './state.ts'
import type { Emit } from './transitions.ts'

/** Puts a write into a database: every slot there retains it, wherever it came from (no `origin` before 16). */
export function store(s: State, side: 'source' | 'target', write: number): void {
  s[side].rows |= write
  s.links.forEach((link, i) => {
    if (link.slot && publisherOf(s, i) === side) link.pending |= write
  })
}

/** Each enabled subscription applies what its slot retains, one write at a time, at any moment. */
export function replicationSteps(s: State, emit: Emit): void {
  for (let i = 0; i < 3; i++) {
    const link = s.links[i]!
    if (!link.slot || link.subscription !== 'enabled') continue
    for (const write of [1, 2]) {
      if (!(link.pending & write)) continue
      const to = other(publisherOf(s, i))
      const next = copy(s)
      next.links[i]!.pending &= ~write
      if (next[to].rows & write) next.applyStopped = true
      else store(next, to, write)
      emit(next, { who: 'replication', act: `brings write ${write} to ${to}` })
    }
  }
}
