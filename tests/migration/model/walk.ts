import { encode } from './encode.ts'
import type { Trace } from './explore.ts'
import { Ints } from './ints.ts'
import type { Rules } from './rules.ts'
import { initial, type State } from './state.ts'
import { type Move, successors } from './transitions.ts'

/** Breadth-first search. A state is known by the order of its discovery; only the frontier is kept whole. */
export class Walk {
  private readonly rules: Rules
  private readonly index = new Map<string, number>()
  private readonly parents = new Ints()
  transitions = 0

  constructor(rules: Rules) {
    this.rules = rules
  }

  get states(): number {
    return this.index.size
  }

  /** Calls back for every new state and every move; ends early when `onState` says that this is enough. */
  run(
    onState: (s: State, at: number) => boolean,
    onMove: (before: number, after: number, move: Move) => void,
  ): void {
    let enough = false
    let frontier: State[] = []
    const visit = (state: State, parent: number): number => {
      const key = encode(state)
      const known = this.index.get(key)
      if (known !== undefined) return known
      const at = this.index.size
      this.index.set(key, at)
      this.parents.push(parent)
      frontier.push(state)
      enough ||= onState(state, at)
      return at
    }
    visit(initial(this.rules), -1)
    for (let at = 0; frontier.length > 0; ) {
      const layer = frontier
      frontier = []
      for (const state of layer) {
        if (enough) return
        const here = at++
        successors(state, this.rules, (next, move) => {
          this.transitions++
          onMove(here, visit(next, here), move)
        })
      }
    }
  }

  /** Walks the way again, so that no state has to be kept. */
  traceTo(goal: number): Trace {
    const way: number[] = []
    for (let at = goal; at > 0; at = this.parents.at(at)) way.unshift(at)
    const trace: Trace = []
    let state = initial(this.rules)
    for (const wanted of way) {
      let step: Trace[number] | undefined
      successors(state, this.rules, (next, move) => {
        if (step === undefined && this.index.get(encode(next)) === wanted) step = { move, state: next }
      })
      trace.push(step!)
      state = step!.state
    }
    return trace
  }
}
