import {
  type Actor,
  type Choice,
  type Client,
  type Database,
  type Gate,
  type Link,
  type Side,
  STEPS,
  type State,
  type Step,
} from './state.ts'

// Field by field: three times as fast as spreading, and exploring is mostly copying.
const copyDatabase = (d: Database): Database => ({
  token: d.token,
  open: d.open,
  sequence: d.sequence,
  rows: d.rows,
  session: d.session,
})
const copyLink = (l: Link): Link => ({ slot: l.slot, subscription: l.subscription, pending: l.pending })
const copyActor = (a: Actor): Actor => ({
  step: a.step,
  epoch: a.epoch,
  choice: a.choice,
  sequence: a.sequence,
})
const copyClient = (c: Client): Client => ({ at: c.at, id: c.id })

export const copy = (s: State): State => ({
  begun: s.begun,
  settled: s.settled,
  disarmed: s.disarmed,
  secondFrom: s.secondFrom,
  decisions: [s.decisions[0], s.decisions[1]],
  source: copyDatabase(s.source),
  target: copyDatabase(s.target),
  links: [copyLink(s.links[0]), copyLink(s.links[1]), copyLink(s.links[2])],
  gate: { token: s.gate.token, paused: s.gate.paused, route: s.gate.route },
  sent: s.sent,
  actors: [copyActor(s.actors[0]), copyActor(s.actors[1]), copyActor(s.actors[2]), copyActor(s.actors[3])],
  clients: [copyClient(s.clients[0]), copyClient(s.clients[1])],
  handed: s.handed,
  handedTwice: s.handedTwice,
  applyStopped: s.applyStopped,
})

const SUBSCRIPTIONS = { none: 0, disabled: 1, enabled: 2 }
const PLACES = { gate: 0, source: 1, target: 2, acknowledged: 3 }
const STEP_CODES = Object.fromEntries(STEPS.map((step, code) => [step, code])) as Record<Step, number>

const bit = (flag: boolean) => (flag ? 1 : 0)
const side = (s: Side) => (s === 'source' ? 0 : 1)
const choice = (c: Choice | undefined) => (c === undefined ? 0 : c === 'forward' ? 1 : 2)
const database = (d: Database) => d.token | (bit(d.open) << 3) | (d.sequence << 4) | (d.rows << 6)
const link = (l: Link) => bit(l.slot) | (SUBSCRIPTIONS[l.subscription] << 1) | (l.pending << 3)
const gate = (g: Gate) => g.token | (bit(g.paused) << 3) | (side(g.route) << 4)
const client = (c: Client) => PLACES[c.at] | (c.id << 2)
const actor = (a: Actor) => STEP_CODES[a.step] | (a.epoch << 4) | (choice(a.choice) << 6) | (a.sequence << 8)
const session = (d: Database, swapped: boolean) =>
  swapped && (d.session === 1 || d.session === 2) ? 3 - d.session : d.session

/**
 * One short string a state. Runners of one epoch are alike, so states that differ only in which of the two is where
 * are one state.
 */
export function encode(s: State): string {
  const first = actor(s.actors[0])
  const second = actor(s.actors[1])
  const swapped = s.actors[1].step !== 'idle' && s.actors[1].epoch !== 2 && first > second
  return String.fromCharCode(
    s.begun |
      (s.settled << 2) |
      (side(s.secondFrom) << 4) |
      (bit(s.handedTwice) << 5) |
      (bit(s.applyStopped) << 6) |
      (bit(s.disarmed) << 7),
    choice(s.decisions[0]) | (choice(s.decisions[1]) << 2) | (gate(s.gate) << 4),
    database(s.source) | (session(s.source, swapped) << 8),
    database(s.target) | (session(s.target, swapped) << 8),
    link(s.links[0]) | (link(s.links[1]) << 5) | (link(s.links[2]) << 10),
    client(s.clients[0]) | (client(s.clients[1]) << 4) | (s.handed << 8),
    s.sent,
    swapped ? second : first,
    swapped ? first : second,
    actor(s.actors[2]),
    actor(s.actors[3]),
  )
}
