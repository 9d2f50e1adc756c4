/** The world of the model: everything that two switchovers in a row can change. */

import type { Rules } from './rules.ts'

export type Side = 'source' | 'target'
export type Choice = 'forward' | 'back'

export interface Database {
  /** The fence row: the highest token that acted here. */
  token: number
  /** Whether an app may write: triggers off and its role may log in. */
  open: boolean
  /** Last id that nextval handed out here. */
  sequence: number
  /** Writes that are here, one bit a client. */
  rows: number
  /** Actor (index + 1) whose session is inside a transaction that holds the fence row; 0 for none. */
  session: number
}

/** A slot on the publisher and the subscription on the other side. Link e is made in epoch e; link 0 by `replicate`. */
export interface Link {
  slot: boolean
  subscription: 'none' | 'enabled' | 'disabled'
  /** Writes retained in the slot and not yet applied on the other side. */
  pending: number
}

export interface Gate {
  token: number
  paused: boolean
  route: Side
}

export const STEPS = [
  'idle',
  'prepare',
  'fence',
  'drain',
  'sequences',
  'disable',
  'advance',
  'subscribe',
  'decide',
  'close',
  'unfence',
  'resume',
  'clean',
  'disarm',
  'stopped',
] as const
export type Step = (typeof STEPS)[number]

export interface Actor {
  step: Step
  epoch: number
  /** What it read in the decision record. */
  choice: Choice | undefined
  /** What it read from the sequence of *from*, perhaps long ago. */
  sequence: number
}

/** A write: held at the gate, in a session on one side, or acknowledged. */
export interface Client {
  at: 'gate' | Side | 'acknowledged'
  /** An id taken with nextval before the write; 0 for none. */
  id: number
}

export interface State {
  /** The epoch of the last switchover begun, and of the last one somebody finished. */
  begun: number
  settled: number
  /** Nobody minds the switchover: the watchdog was told that it is over. */
  disarmed: boolean
  /** Where the second switchover leaves from: `target` when it is a rollback. */
  secondFrom: Side
  decisions: [Choice | undefined, Choice | undefined]
  source: Database
  target: Database
  links: [Link, Link, Link]
  gate: Gate
  /** Messages to gates, any of which may arrive late or twice: see `message`. */
  sent: number
  actors: [Actor, Actor, Actor, Actor]
  clients: [Client, Client]
  /** Ids handed out, one bit an id; whether one was handed out twice. */
  handed: number
  handedTwice: boolean
  /** Replication delivered a row that is already there: apply stops for ever. */
  applyStopped: boolean
}

export const RUNNER = 0
export const SECOND_RUNNER = 1
export const OLD_WATCHDOG = 2
export const WATCHDOG = 3
export const ACTOR_NAMES = ['runner 1', 'runner 2', 'old watchdog', 'watchdog'] as const

export const other = (side: Side): Side => (side === 'source' ? 'target' : 'source')
export const fromOf = (s: State, epoch: number): Side => (epoch === 1 ? 'source' : s.secondFrom)
export const toOf = (s: State, epoch: number): Side => other(fromOf(s, epoch))
export const sideOf = (s: State, epoch: number, choice: Choice): Side =>
  choice === 'forward' ? toOf(s, epoch) : fromOf(s, epoch)

/** The side that a link's slot lives on: replication flows from here. */
export const publisherOf = (s: State, link: number): Side => (link === 0 ? 'source' : toOf(s, link))
/** The link that flows *from* → *to* in this epoch; the link `epoch` itself is the reverse one. */
export const forwardLink = (s: State, epoch: number): number =>
  epoch === 2 && s.secondFrom === 'target' ? 1 : 0

/** The bit of `sent` for a message to the gates; no route means pause. */
export const message = (epoch: number, route?: Side): number =>
  1 << ((epoch - 1) * 3 + (route === undefined ? 0 : route === 'source' ? 1 : 2))

/** Before the first switchover: replicating, source open, runner 1 about to begin. */
export function initial(rules: Rules): State {
  const actor = (step: Step, epoch = 0): Actor => ({ step, epoch, choice: undefined, sequence: 0 })
  return {
    begun: 1,
    settled: 0,
    disarmed: false,
    secondFrom: 'source',
    decisions: [undefined, undefined],
    source: { token: 0, open: true, sequence: 0, rows: 0, session: 0 },
    target: { token: 0, open: false, sequence: 0, rows: 0, session: 0 },
    links: [
      { slot: true, subscription: 'enabled', pending: 0 },
      { slot: false, subscription: 'none', pending: 0 },
      { slot: false, subscription: 'none', pending: 0 },
    ],
    gate: { token: 0, paused: false, route: 'source' },
    sent: 0,
    actors: [
      actor('prepare', 1),
      actor(rules.secondRunner ? 'idle' : 'stopped'),
      actor(rules.oldWatchdog ? 'idle' : 'stopped'),
      actor('idle'),
    ],
    clients: [
      { at: 'gate', id: 0 },
      { at: 'gate', id: 0 },
    ],
    handed: 0,
    handedTwice: false,
    applyStopped: false,
  }
}
