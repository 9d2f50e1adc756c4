import { attemptToken } from '../../../migration/epoch.ts'
import { actorSteps } from './actors.ts'
import { clientSteps } from './clients.ts'
import { isRefused } from './fence-row.ts'
import { gateSteps, hasResumed } from './gates.ts'
import { replicationSteps } from './replication.ts'
import type { Rules } from './rules.ts'
import { message, OLD_WATCHDOG, type Side, type State, WATCHDOG } from './state.ts'

/** One step of one party. */
export interface Move {
  who: string
  act: string
  /** Whether it can happen when only the watchdog and its supervisor are left. */
  rescue?: boolean
  /** The database that a rescue must reach. */
  touches?: Side
}
export type Emit = (next: State, move: Move) => void

/** Every state that one step of anybody leads to. */
export function successors(s: State, rules: Rules, emit: Emit): void {
  const tidied: Emit = (next, move) => emit(forget(next, rules), move)
  actorSteps(s, rules, tidied)
  gateSteps(s, rules, tidied)
  replicationSteps(s, tidied)
  if (rules.clients) clientSteps(s, rules, tidied)
}

/** Drops what can no longer matter, so that states which behave alike are one state. */
function forget(s: State, rules: Rules): State {
  s.actors.forEach((actor, i) => {
    if (isRefused(s, i, rules) || (i === OLD_WATCHDOG && actor.step === 'idle' && s.begun === 2))
      actor.step = 'stopped'
    if (actor.step === 'stopped') {
      for (const row of [s.source, s.target]) if (row.session === i + 1) row.session = 0
      actor.epoch = 0
      actor.choice = undefined
      if (i === WATCHDOG) actor.step = 'idle'
    }
    if (actor.step !== 'sequences') actor.sequence = 0
  })
  for (const client of s.clients) if (client.at === 'acknowledged') client.id = 0
  if (!rules.gateTokens || !rules.epochs || !rules.gateMemory) return s
  for (let epoch = 1; epoch <= s.begun; epoch++) {
    if (s.gate.token >= attemptToken(epoch)) s.sent &= ~message(epoch)
    for (const route of ['source', 'target'] as const)
      if (hasResumed(s, epoch, route, rules)) s.sent &= ~message(epoch, route)
  }
  return s
}
