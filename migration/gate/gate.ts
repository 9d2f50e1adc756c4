/** The two databases of a lift. */
export type Side = 'source' | 'target'

/** Where a gate sends its server connections; credentials stay with the gate. */
export interface Route {
  side: Side
  host: string
  port: number
}

export interface GateState {
  /** The highest epoch the gate has obeyed; acts of a lower one are refused. */
  epoch: number
  state: 'open' | 'paused'
  route: Side
  /** Requests that wait at the gate now. */
  waiting: number
}

/**
 * What holds writes for a moment. One protocol for every server of it: PgBouncer processes, agents beside
 * them, or the pool of the services themselves. Each act carries the token of the switchover
 * (epoch.ts); an older one than one already obeyed is refused with StaleTokenError. Every act may be repeated without harm.
 */
export interface WriteGate {
  readonly kind: string
  /**
   * Stops new transactions everywhere and waits until those running have ended. When one has not ended after
   * `timeoutMs`, every gate is opened again and a {@link PauseTimeoutError} is thrown.
   */
  pause(token: number, timeoutMs: number): Promise<void>
  /** Points every gate at another database; durable before it returns. Nothing flows until `resume`. */
  route(token: number, route: Route): Promise<void>
  /** Lets transactions through again and returns when every gate says it is open on its route. */
  resume(token: number): Promise<void>
  /**
   * Routes and resumes every gate by itself, so that one that is away keeps no other paused; throws for those that
   * failed once all have been tried.
   */
  send(token: number, route: Route): Promise<void>
  /** One state a gate, in the order of the site file. */
  state(): Promise<GateState[]>
  /**
   * Proves that the app role can log in through every gate to `side`; throws with the gate's own words.
   * @param identity that of the database that must answer (postgres/identity.ts); not looked at when left out
   */
  probe(side: Side, identity?: string): Promise<void>
  close(): Promise<void>
}

export class PauseTimeoutError extends Error {
  override readonly name = 'PauseTimeoutError'
}

/** Waits for all, then throws what went wrong with any. */
export async function allTried(acts: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(acts)).filter((outcome) => outcome.status === 'rejected')
  const [first] = failed
  if (failed.length === 1) throw first?.reason
  if (failed.length > 1) throw new Error(failed.map(({ reason }) => (reason as Error).message).join('; '))
}
