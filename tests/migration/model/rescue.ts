import { Ints } from './ints.ts'
import { isOpen, type PathProperty } from './properties.ts'
import type { Side, State } from './state.ts'
import type { Move } from './transitions.ts'

const CODES = { source: 1, target: 2 }

/** The moves that a watchdog alone can make, and where they should lead. */
export class Rescue {
  private readonly open = new Ints()
  private readonly settled = new Ints()
  /** Three ints a move: state before, state after, the database it must reach (0 none). */
  private readonly moves = new Ints()

  addState(s: State, at: number): void {
    if (isOpen(s)) this.open.push(at)
    if (s.settled === s.begun) this.settled.push(at)
  }

  addMove(before: number, after: number, { rescue, touches }: Move): void {
    if (!rescue || before === after) return
    this.moves.push(before)
    this.moves.push(after)
    this.moves.push(touches === undefined ? 0 : CODES[touches])
  }

  /** The first state from which the watchdog alone cannot do it. */
  firstStuck(states: number, property: PathProperty): { at: number; why: string } | undefined {
    if (property === 'can always settle') {
      const reached = this.reaching(states, this.settled)
      const at = reached.indexOf(0)
      return at < 0 ? undefined : { at, why: 'from here the watchdog alone never finishes the switchover' }
    }
    // Writes must be accepted again also when the side that loses the decision is away for ever.
    const sourceAway = this.reaching(states, this.open, 'source')
    const targetAway = this.reaching(states, this.open, 'target')
    const at = sourceAway.findIndex((reached, i) => !reached && !targetAway[i])
    if (at < 0) return undefined
    const missing = this.reaching(states, this.open)[at] ? 'without the other database' : 'alone'
    return { at, why: `from here the watchdog ${missing} never gets writes accepted again` }
  }

  /** Backward reachability from the goals, over moves that do not need the database that is away. */
  private reaching(states: number, goals: Ints, away?: Side): Uint8Array {
    const { moves } = this
    const skipped = away === undefined ? -1 : CODES[away]
    // Moves grouped by the state they lead to: those into `at` are starts[at] … starts[at + 1].
    const starts = new Int32Array(states + 1)
    for (let m = 0; m < moves.length; m += 3) if (moves.at(m + 2) !== skipped) starts[moves.at(m + 1) + 1]!++
    for (let at = 0; at < states; at++) starts[at + 1]! += starts[at]!
    const next = starts.slice()
    const befores = new Int32Array(starts[states]!)
    for (let m = 0; m < moves.length; m += 3)
      if (moves.at(m + 2) !== skipped) befores[next[moves.at(m + 1)]!++] = moves.at(m)

    const reached = new Uint8Array(states)
    const stack = new Ints()
    const reach = (at: number) => {
      if (reached[at]) return
      reached[at] = 1
      stack.push(at)
    }
    for (let i = 0; i < goals.length; i++) reach(goals.at(i))
    while (stack.length > 0) {
      const at = stack.at(--stack.length)
      for (let m = starts[at]!; m < starts[at + 1]!; m++) reach(befores[m]!)
    }
    return reached
  }
}
