import pg, { type ClientBase } from 'pg'
import type { Side } from './gate/gate.ts'

/**
 * The number of a switchover. Acts on databases and gates carry a fencing token made from it: one for the
 * acts before the decision, the next for those after it. So whoever settles a switchover shuts out a runner
 * that wakes up late, also one of the same epoch.
 */
export type Epoch = number

/** Token of an act before the decision: pause, fence, drain, sequences, reverse slot. */
export const attemptToken = (epoch: Epoch): number => 2 * epoch

/** Token of an act that carries out the decision: undo or finish. */
export const settledToken = (epoch: Epoch): number => 2 * epoch + 1

export const epochOfToken = (token: number): Epoch => Math.floor(token / 2)

/** An act came too late: somebody has begun or settled a later switchover. */
export class StaleTokenError extends Error {
  override readonly name = 'StaleTokenError'
  constructor(where: string, mine: number, theirs: number) {
    super(
      `${where} refused an act of epoch ${epochOfToken(mine)}: epoch ${epochOfToken(theirs)} is ${theirs % 2 ? 'already settled' : 'under way'} there; this run is over, see «status»`,
    )
  }
}

const staleToken = 'LF002'

export interface TokenOptions {
  /** PL/pgSQL for when the statements are committed, in the same round trip. */
  afterwards?: string
  /**
   * False: does not wait for the disk, because something that depends on it will, before it counts. The WAL is
   * written in order: who waits for a later commit of this server has waited for this one.
   */
  durable?: boolean
}

/**
 * Runs PL/pgSQL statements in one transaction that locks the database's fence row, refuses an older token and leaves
 * ours. The row as it was is `was` in them. It is one round trip: on a busy machine each costs the pause milliseconds.
 * @param database with a session of the holder, outside a transaction
 */
export async function underToken(
  { client, side }: { client: ClientBase; side: Side },
  token: number,
  statements: string,
  { afterwards = '', durable = true }: TokenOptions = {},
): Promise<void> {
  const block = `
    declare was lift.fence;
    begin
      select * into strict was from lift.fence for update;
      if was.token > ${token} then
        raise exception 'the fence has a later token' using errcode = '${staleToken}', detail = was.token;
      end if;
      if was.token < ${token} then update lift.fence set token = ${token}; end if;
      ${durable ? '' : `perform set_config('synchronous_commit', 'off', true);`}
      ${statements}
      ${afterwards && `commit; ${afterwards}`}
    end`
  try {
    await client.query(`do ${pg.escapeLiteral(block)}`)
  } catch (error) {
    const { code, detail } = error as pg.DatabaseError
    throw code === staleToken ? new StaleTokenError(`the ${side} database`, token, Number(detail)) : error
  }
}

/** Leaves our token on a database and does nothing else: acts of older ones are refused from here on. */
export async function claim(database: { client: ClientBase; side: Side }, token: number): Promise<void> {
  await underToken(database, token, '')
}

export interface FenceRow {
  token: number
  state: 'open' | 'fenced'
  /** Roles whose LOGIN the fence took, to be given back. */
  saved: string[]
}

export async function readFenceRow(client: ClientBase): Promise<FenceRow> {
  const { rows } = await client.query('select token::int, state, saved from lift.fence')
  return rows[0]
}
