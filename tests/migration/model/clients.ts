import { copy } from './encode.ts'
import { store } from './replication.ts'
import type { Rules } from './rules.ts'
import type { Side, State } from './state.ts'
import type { Emit } from './transitions.ts'

/** Client 1 inserts with a default id; client 2 takes its id first and keeps it, as pooled id generators do. */
export function clientSteps(s: State, rules: Rules, emit: Emit): void {
  s.clients.forEach((client, i) => {
    const who = `client ${i + 1}`
    if (client.at === 'acknowledged') return
    if (client.at === 'gate') {
      const { gate } = s
      if (gate.paused || !(s[gate.route].open || !rules.sessionsEnd)) return
      const next = copy(s)
      next.clients[i]!.at = gate.route
      emit(next, { who, act: `passes the gate, has a session on ${gate.route}` })
      return
    }
    const side = client.at
    const takesIdFirst = i === 1
    if (takesIdFirst && client.id === 0) {
      const next = copy(s)
      next.clients[i]!.id = nextval(next, side)
      emit(next, { who, act: `takes id ${next.clients[i]!.id} from the sequence of ${side}` })
    }
    if (s[side].open && !fenceLocksTables(s, side) && (!takesIdFirst || client.id !== 0)) {
      const next = copy(s)
      const id = client.id || nextval(next, side)
      store(next, side, 1 << i)
      next.clients[i]!.at = 'acknowledged'
      emit(next, { who, act: `write ${1 << i} with id ${id} is acknowledged by ${side}` })
    }
    if (!s[side].open) {
      const next = copy(s)
      next.clients[i]!.at = 'gate'
      emit(next, { who, act: `is refused by ${side} and tries again` })
    }
  })
}

/** Enabling the triggers waits for writers, and writers wait for it, until its transaction ends. */
export const fenceLocksTables = (s: State, side: Side): boolean =>
  s[side].session !== 0 && s.actors[s[side].session - 1]!.step === 'fence'

function nextval(s: State, side: Side): number {
  const id = ++s[side].sequence
  if (s.handed & (1 << (id - 1))) s.handedTwice = true
  s.handed |= 1 << (id - 1)
  return id
}
