import { fenceLocksTables } from './clients.ts'
import { forwardLink, other, publisherOf, type Side, type State, sideOf } from './state.ts'

export const PROPERTIES = [
  'one writer',
  'nothing lost',
  'no id twice',
  'way back complete',
  'decision obeyed',
  'can always reopen',
  'can always settle',
] as const
export type Property = (typeof PROPERTIES)[number]

/** About what the watchdog alone can still do from a state. */
export type PathProperty = 'can always reopen' | 'can always settle'
export const isAboutPaths = (p: Property): p is PathProperty => p.startsWith('can always')

const SIDES: Side[] = ['source', 'target']

/** Why a state breaks a property, or undefined. Those about paths are in rescue.ts. */
export const CHECKS: Record<Exclude<Property, PathProperty>, (s: State) => string | undefined> = {
  'one writer': (s) => (s.source.open && s.target.open ? 'both databases accept writes' : undefined),

  /** Stronger than asked: at every moment, not only when settled, whoever accepts writes has all acknowledged ones. */
  'nothing lost': (s) => {
    const acknowledged = s.clients.reduce(
      (mask, c, i) => (c.at === 'acknowledged' ? mask | (1 << i) : mask),
      0,
    )
    for (const side of SIDES) {
      const missing = s[side].open ? acknowledged & ~s[side].rows : 0
      if (missing) return `${side} accepts writes and lacks acknowledged write ${missing}`
    }
    return undefined
  },

  'no id twice': (s) => (s.handedTwice ? 'an id was handed out twice' : undefined),

  /** Every write of the open side is on the other side or retained for it, in both directions and before any move. */
  'way back complete': (s) => {
    if (s.applyStopped) return 'replication brought a row that is already there: apply stops for ever'
    for (const side of SIDES) {
      let missing = s[side].open ? s[side].rows & ~s[other(side)].rows : 0
      s.links.forEach((link, i) => {
        if (link.slot && publisherOf(s, i) === side) missing &= ~link.pending
      })
      if (missing) return `write ${missing} is on ${side}, not on ${other(side)}, and in no slot`
    }
    return undefined
  },

  'decision obeyed': (s) => {
    const choice = s.decisions[s.begun - 1]
    if (choice === undefined) return s.settled < s.begun ? undefined : 'finished without a decision'
    const winner = sideOf(s, s.begun, choice)
    if (s[other(winner)].open) return `decided ${choice}, and ${other(winner)} is open`
    if (s.settled < s.begun) return undefined
    if (!s[winner].open) return `decided ${choice}, finished, and ${winner} is fenced`
    const forward = forwardLink(s, s.begun)
    const [kept, dropped] = choice === 'forward' ? [s.begun, forward] : [forward, s.begun]
    if (!s.links[kept]!.slot || s.links[kept]!.subscription !== 'enabled')
      return `decided ${choice}, finished, and nothing replicates from ${winner}`
    if (s.links[dropped]!.slot) return 'an abandoned slot holds WAL until the disk is full'
    return undefined
  },
}

/** Writes are accepted on exactly one side, and the gate leads there. */
export function isOpen(s: State): boolean {
  if (s.source.open === s.target.open) return false
  const side = s.source.open ? 'source' : 'target'
  return !fenceLocksTables(s, side) && !s.gate.paused && s.gate.route === side
}
