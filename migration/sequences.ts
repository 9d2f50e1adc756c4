import pg, { type ClientBase } from 'pg'
import { quoted, type Relation } from './postgres/catalog.ts'

export interface SequenceState extends Relation {
  lastValue: string
  isCalled: boolean
}

/**
 * Reads each sequence from itself: `pg_sequences` shows nothing for one that was never called or is not
 * granted. One statement for all, so that the pause pays one round trip.
 */
export async function readSequences(client: ClientBase, sequences: Relation[]): Promise<SequenceState[]> {
  if (sequences.length === 0) return []
  const parts = sequences.map(
    (sequence, at) =>
      `select ${at} as at, last_value::text as "lastValue", is_called as "isCalled" from ${quoted(sequence)}`,
  )
  const { rows } = await client.query(parts.join(' union all '))
  return rows.map(({ at, lastValue, isCalled }) => ({ ...(sequences[at] as Relation), lastValue, isCalled }))
}

/** PL/pgSQL that sets each sequence to a state read before; three arguments, so that one never called stays so. */
export const sequenceSql = (states: SequenceState[]): string =>
  states
    .map(
      (state) => `perform setval(${pg.escapeLiteral(quoted(state))}, ${state.lastValue}, ${state.isCalled});`,
    )
    .join(' ')

/** The sequences whose state differs, by name, with both states. */
export function differingSequences(from: SequenceState[], to: SequenceState[]): string[] {
  const show = (state: SequenceState | undefined) =>
    state ? `${state.lastValue}${state.isCalled ? '' : ' (not called)'}` : 'missing'
  const theirs = new Map(to.map((state) => [quoted(state), state]))
  return from
    .filter((state) => show(state) !== show(theirs.get(quoted(state))))
    .map((state) => `${quoted(state)}: ${show(state)} and ${show(theirs.get(quoted(state)))}`)
}
