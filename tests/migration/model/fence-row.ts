import { attemptToken, settledToken } from '../../../migration/epoch.ts'
import type { Rules } from './rules.ts'
import { fromOf, other, type Side, type State, sideOf, toOf } from './state.ts'

/** The token that an act carries: one before the decision, a higher one when it settles what was decided. */
export const tokenOf = (epoch: number, settles: boolean, rules: Rules): number =>
  settles && rules.settledToken ? settledToken(epoch) : attemptToken(epoch)

/** Whether the lock on the fence row is free for this actor, or can be freed by ending the holder's session. */
export function canLock(s: State, i: number, side: Side, rules: Rules): boolean {
  const holder = s[side].session
  return holder === 0 || holder === i + 1 || rules.takeover
}

/** Leaves a token in the fence row, which never goes down, and ends the session of whoever held it. */
export function mark(s: State, side: Side, token: number): void {
  s[side].token = Math.max(s[side].token, token)
  s[side].session = 0
}

/**
 * Whether the fence row refuses what this actor does next. A refused actor stops: somebody else has its switchover,
 * or it is over. Tokens never go down, so once refused is refused for ever, and the actor can be stopped at once.
 */
export function isRefused(s: State, i: number, rules: Rules): boolean {
  const { step, epoch, choice } = s.actors[i]!
  if (!rules.epochs) return false
  switch (step) {
    case 'prepare':
    case 'disable':
      return s[toOf(s, epoch)].token > tokenOf(epoch, false, rules)
    case 'drain':
    case 'sequences':
      return rules.guardedSequences && s[toOf(s, epoch)].token > tokenOf(epoch, false, rules)
    case 'advance':
      return rules.guardedAdvance && s[toOf(s, epoch)].token > tokenOf(epoch, false, rules)
    case 'fence':
    case 'subscribe':
      return s[fromOf(s, epoch)].token > tokenOf(epoch, false, rules)
    case 'close':
    case 'unfence':
      return s[sideOf(s, epoch, choice!)].token > tokenOf(epoch, true, rules)
    case 'clean':
      return s[other(sideOf(s, epoch, choice!))].token > tokenOf(epoch, true, rules)
    default:
      return false
  }
}
