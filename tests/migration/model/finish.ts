import { copy } from './encode.ts'
import { canLock, mark, tokenOf } from './fence-row.ts'
import { hasResumed } from './gates.ts'
import type { Rules } from './rules.ts'
import {
  ACTOR_NAMES,
  type Choice,
  forwardLink,
  message,
  other,
  type Side,
  type State,
  type Step,
  sideOf,
  WATCHDOG,
} from './state.ts'
import type { Emit } from './transitions.ts'

/** What anybody does who has read the decision. Each act may be repeated by somebody else, or come late. */
export function finishStep(s: State, i: number, rules: Rules, emit: Emit): void {
  const { step, epoch, choice } = s.actors[i]!
  const winner = sideOf(s, epoch, choice!)
  const loser = other(winner)
  const act = (what: string, change: (next: State) => void, touches?: Side) => {
    const next = copy(s)
    const me = next.actors[i]!
    me.step = stepAfter(step, choice!, rules)
    change(next)
    if (me.step === 'stopped' || me.step === 'disarm') next.settled = Math.max(next.settled, epoch)
    emit(next, {
      who: ACTOR_NAMES[i]!,
      act: `${what} (epoch ${epoch})`,
      rescue: i === WATCHDOG,
      ...(touches && { touches }),
    })
  }
  const guarded = (side: Side, what: string, change: (next: State) => void) => {
    if (!canLock(s, i, side, rules)) return
    const settle = (next: State) => {
      mark(next, side, tokenOf(epoch, true, rules))
      change(next)
    }
    act(what, settle, side)
  }

  switch (step) {
    case 'close':
      guarded(winner, `closes the epoch on ${winner} and drops the reverse subscription`, (next) => {
        next.links[epoch]!.subscription = 'none'
      })
      break
    case 'unfence':
      guarded(winner, `unfences ${winner}`, (next) => {
        next[winner].open = true
      })
      break
    case 'resume':
      act(`tells the gate to resume towards ${winner}`, (next) => {
        next.sent |= message(epoch, winner)
      })
      break
    case 'clean':
      if (stepAfter(step, choice!, rules) !== 'unfence' && !hasResumed(s, epoch, winner, rules)) break
      guarded(loser, `closes the epoch on ${loser} and tidies replication`, (next) =>
        tidy(next, epoch, choice!, rules),
      )
      break
    case 'disarm':
      act('tells the watchdog that all is over', (next) => {
        next.disarmed = true
      })
      break
  }
}

/** Forward: nothing flows from → to any more. Back: no reverse, and forward as before. */
function tidy(s: State, epoch: number, choice: Choice, rules: Rules): void {
  const forward = forwardLink(s, epoch)
  if (choice === 'back') {
    s.links[epoch] = { slot: false, subscription: 'none', pending: 0 }
    s.links[forward]!.subscription = 'enabled'
    return
  }
  if (rules.forwardDisabled) s.links[forward] = { slot: false, subscription: 'none', pending: 0 }
  if (!rules.reverseBeforeUnfence && !s.links[epoch]!.slot)
    s.links[epoch] = { slot: true, subscription: 'enabled', pending: 0 }
}

const FORWARD: Step[] = ['unfence', 'resume', 'clean', 'stopped']
const BACK: Step[] = ['close', 'unfence', 'resume', 'clean', 'stopped']
/** The order as first written down: *to* before *from* is opened. */
const BACK_TO_FIRST: Step[] = ['close', 'clean', 'unfence', 'resume', 'stopped']

function stepAfter(step: Step, choice: Choice, rules: Rules): Step {
  const order = choice === 'forward' ? FORWARD : rules.undoOnFromAlone ? BACK : BACK_TO_FIRST
  const next = order[order.indexOf(step) + 1] ?? 'stopped'
  // With one arming for all, disarming is an act of its own, which may come late.
  return next === 'stopped' && !rules.ownArming && step !== 'disarm' ? 'disarm' : next
}
