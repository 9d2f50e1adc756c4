import { copy } from './encode.ts'
import { canLock, mark, tokenOf } from './fence-row.ts'
import type { Rules } from './rules.ts'
import { ACTOR_NAMES, forwardLink, fromOf, message, type Side, STEPS, type State, toOf } from './state.ts'
import type { Emit } from './transitions.ts'

/** The runner's next step towards `forward`, in the order of docs/switchover.md. */
export function runnerStep(s: State, i: number, rules: Rules, emit: Emit): void {
  const { step, epoch, sequence } = s.actors[i]!
  const from = fromOf(s, epoch)
  const to = toOf(s, epoch)
  const forward = forwardLink(s, epoch)
  const act = (what: string, change: (next: State) => void) => {
    const next = copy(s)
    next.actors[i]!.step = STEPS[STEPS.indexOf(step) + 1]!
    change(next)
    emit(next, { who: ACTOR_NAMES[i]!, act: `${what} (epoch ${epoch})` })
  }
  /** An act that the fence row refuses when it is late; without the guard it just happens. */
  const guarded = (side: Side, what: string, change: (next: State) => void, guard = true) => {
    if (!guard) act(what, change)
    else if (canLock(s, i, side, rules))
      act(what, (next) => {
        mark(next, side, tokenOf(epoch, false, rules))
        change(next)
      })
  }

  switch (step) {
    case 'prepare': {
      const makes = rules.reverseBeforeUnfence
      guarded(to, `${makes ? `makes the reverse slot on ${to}, ` : ''}tells the gate to pause`, (next) => {
        next.sent |= message(epoch)
        if (makes && !next.links[epoch]!.slot)
          next.links[epoch] = { slot: true, subscription: 'none', pending: 0 }
      })
      break
    }
    case 'fence':
      fence(s, i, from, rules, emit)
      break
    case 'drain': {
      if (rules.drain && s.links[forward]!.pending) break
      const found = rules.drain ? `finds ${to} drained` : 'does not drain'
      act(`${found}, reads the sequence of ${from}: ${s[from].sequence}`, (next) => {
        next.actors[i]!.sequence = next[from].sequence
      })
      break
    }
    case 'sequences': {
      const what = rules.sequences ? `sets the sequence of ${to} to ${sequence}` : 'leaves sequences alone'
      const setval = (next: State) => {
        if (rules.sequences) next[to].sequence = sequence
      }
      guarded(to, what, setval, rules.guardedSequences)
      break
    }
    case 'disable':
      guarded(to, `${rules.forwardDisabled ? 'disables' : 'keeps'} forward replication`, (next) => {
        if (rules.forwardDisabled && next.links[forward]!.slot) next.links[forward]!.subscription = 'disabled'
      })
      break
    case 'advance': {
      const what = `${rules.reverseAdvanced ? 'advances' : 'does not advance'} the reverse slot`
      const skip = (next: State) => {
        if (rules.reverseAdvanced) next.links[epoch]!.pending = 0
      }
      guarded(to, what, skip, rules.guardedAdvance)
      break
    }
    case 'subscribe': {
      const what = rules.reverseBeforeUnfence ? `subscribes ${from} to it` : 'leaves the way back for later'
      guarded(from, what, (next) => {
        if (rules.reverseBeforeUnfence) next.links[epoch]!.subscription = 'enabled'
      })
      break
    }
  }
}

/** A transaction that can be caught half-way: it holds the row and, at the end, every table. */
function fence(s: State, i: number, from: Side, rules: Rules, emit: Emit): void {
  const { epoch } = s.actors[i]!
  const next = copy(s)
  if (s[from].session === i + 1) {
    mark(next, from, tokenOf(epoch, false, rules))
    if (rules.fence) next[from].open = false
    if (rules.sessionsEnd) for (const client of next.clients) if (client.at === from) client.at = 'gate'
    next.actors[i]!.step = 'drain'
    const act = `${rules.fence ? 'fences' : 'does not fence'} ${from} (epoch ${epoch})`
    emit(next, { who: ACTOR_NAMES[i]!, act })
  } else if (canLock(s, i, from, rules)) {
    next[from].session = i + 1
    emit(next, { who: ACTOR_NAMES[i]!, act: `locks the fence row of ${from}, to fence it (epoch ${epoch})` })
  }
}
