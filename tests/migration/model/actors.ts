import { copy } from './encode.ts'
import { tokenOf } from './fence-row.ts'
import { finishStep } from './finish.ts'
import { hasResumed } from './gates.ts'
import type { Rules } from './rules.ts'
import { runnerStep } from './runner.ts'
import type { State } from './state.ts'
import { ACTOR_NAMES, OLD_WATCHDOG, RUNNER, SECOND_RUNNER, sideOf, WATCHDOG } from './state.ts'
import type { Emit } from './transitions.ts'

/** Runners prepare and wish to go forward; watchdogs wish to go back; all obey the record and finish alike. */
export function actorSteps(s: State, rules: Rules, emit: Emit): void {
  for (let i = RUNNER; i <= SECOND_RUNNER; i++) {
    const { step, choice } = s.actors[i]!
    if (step === 'idle') secondRunnerStarts(s, rules, emit)
    else if (step === 'decide') runnerDecides(s, i, rules, emit)
    else if (step !== 'stopped') (choice === undefined ? runnerStep : finishStep)(s, i, rules, emit)
  }
  if (!rules.watchdog) return
  for (let i = OLD_WATCHDOG; i <= WATCHDOG; i++) {
    const { step } = s.actors[i]!
    if (i === WATCHDOG || step === 'idle') watchdogStarts(s, i, rules, emit)
    if (step !== 'idle' && step !== 'stopped') finishStep(s, i, rules, emit)
  }
}

/** The second runner takes an unfinished switchover over, or begins the next one where the first has settled. */
function secondRunnerStarts(s: State, rules: Rules, emit: Emit): void {
  const who = ACTOR_NAMES[SECOND_RUNNER]
  const decided = s.decisions[0]
  if (s.settled < 1) {
    const next = copy(s)
    Object.assign(next.actors[SECOND_RUNNER], {
      step: decided === undefined ? 'prepare' : 'decide',
      epoch: 1,
    })
    emit(next, { who, act: 'resumes the switchover of epoch 1' })
  }
  const settled =
    s.settled === 1 && [s.source, s.target].every((row) => row.token === tokenOf(1, true, rules))
  if (decided === undefined || (rules.settledFirst && !settled)) return
  const next = copy(s)
  next.begun = 2
  next.disarmed = false
  next.secondFrom = decided === 'forward' ? 'target' : 'source'
  if (!s[next.secondFrom].open) return
  Object.assign(next.actors[SECOND_RUNNER], { step: 'prepare', epoch: 2 })
  emit(next, { who, act: `begins epoch 2, from ${next.secondFrom}` })
}

/** A runner that finds `back` has lost and stops: it does not help. */
function runnerDecides(s: State, i: number, rules: Rules, emit: Emit): void {
  const { epoch } = s.actors[i]!
  const next = copy(s)
  const me = next.actors[i]!
  const act = decide(next, epoch, 'forward', rules)
  me.choice = next.decisions[epoch - 1]
  me.step = me.choice === 'forward' ? 'unfence' : 'stopped'
  emit(next, { who: ACTOR_NAMES[i]!, act })
}

/**
 * A watchdog minds the last epoch begun until somebody has finished it. No clock is trusted: its deadline may pass at
 * any moment. The supervisor may restart it at any moment; the old one stays behind and wakes late.
 */
function watchdogStarts(s: State, i: number, rules: Rules, emit: Emit): void {
  if (s.settled >= s.begun || s.disarmed || (!rules.armedUntilSettled && flows(s, rules))) return
  const next = copy(s)
  const me = next.actors[i]!
  const act = decide(next, s.begun, 'back', rules)
  me.epoch = s.begun
  me.choice = next.decisions[s.begun - 1]
  me.step = me.choice === 'back' ? 'close' : 'unfence'
  const cause = s.actors[i]!.step === 'idle' ? 'deadline passed' : 'restarted'
  emit(next, { who: ACTOR_NAMES[i]!, act: `(${cause}) ${act}`, rescue: i === WATCHDOG })
}

/** Writes are accepted where the decision says, and reach it: what is left is tidying. */
function flows(s: State, rules: Rules): boolean {
  const choice = s.decisions[s.begun - 1]
  return choice !== undefined && hasResumed(s, s.begun, sideOf(s, s.begun, choice), rules)
}

/** Create-only, then obey what is there. */
function decide(next: State, epoch: number, wish: 'forward' | 'back', rules: Rules): string {
  const found = next.decisions[epoch - 1]
  if (found !== undefined && rules.decisionRecord) return `reads the decision of epoch ${epoch}: ${found}`
  next.decisions[epoch - 1] = wish
  return `creates the decision of epoch ${epoch}: ${wish}`
}
