import { copy } from './encode.ts'
import { tokenOf } from './fence-row.ts'
import type { Rules } from './rules.ts'
import { type Gate, message, type Side, type State } from './state.ts'
import type { Emit } from './transitions.ts'

/**
 * The write gate: a pooler, or the pool of a service. Messages reach it when they like, in any order, perhaps never,
 * so no step relies on a pause. A gate that restarts is open towards its last route.
 */
export function gateSteps(s: State, rules: Rules, emit: Emit): void {
  const { gate } = s
  const change = (act: string, sent: number, values: Partial<Gate>, rescue = false) => {
    const next = copy(s)
    next.sent &= ~sent
    Object.assign(next.gate, values)
    emit(next, { who: 'gate', act, rescue })
  }
  const obeys = (token: number) => !rules.epochs || !rules.gateTokens || gate.token <= token
  for (let epoch = 1; epoch <= s.begun; epoch++) {
    const attempt = tokenOf(epoch, false, rules)
    const settled = tokenOf(epoch, true, rules)
    const pause = s.sent & message(epoch)
    if (pause && obeys(attempt))
      change(`pauses (epoch ${epoch})`, pause, { token: Math.max(gate.token, attempt), paused: true })
    for (const route of ['source', 'target'] as Side[]) {
      const resume = s.sent & message(epoch, route)
      const values = { token: Math.max(gate.token, settled), paused: false, route }
      if (resume && obeys(settled)) change(`resumes towards ${route} (epoch ${epoch})`, resume, values, true)
    }
  }
  const forgets = !rules.gateMemory && gate.token > 0
  if (gate.paused || forgets)
    change('restarts: open, though nobody resumed it', 0, { paused: false, ...(forgets && { token: 0 }) })
}

/** Whether the gate has obeyed the resume of this epoch, or one of a later epoch. */
export function hasResumed({ gate }: State, epoch: number, route: Side, rules: Rules): boolean {
  const token = tokenOf(epoch, true, rules)
  return gate.token > token || (gate.token === token && !gate.paused && gate.route === route)
}
