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
 * them, or the pool of the services themselves. Each act carries the epoch of the switchover; an older epoch
 * than one already obeyed is refused with {@link StaleEpochError}. Every act may be repeated without harm.
 */
export interface WriteGate {
  readonly kind: string
  /**
   * Stops new transactions everywhere and waits until those running have ended. When one has not ended after
   * `timeoutMs`, every gate is opened again and a {@link PauseTimeoutError} is thrown.
   */
  pause(epoch: number, timeoutMs: number): Promise<void>
  /** Points every gate at another database; durable before it returns. Nothing flows until `resume`. */
  route(epoch: number, route: Route): Promise<void>
  /** Lets transactions through again and returns when every gate says it is open on its route. */
  resume(epoch: number): Promise<void>
  /** One state a gate, in the order of the site file. */
  state(): Promise<GateState[]>
  /** Proves that the app role can log in through every gate to `side`; throws with the gate's own words. */
  probe(side: Side): Promise<void>
  close(): Promise<void>
}

export class StaleEpochError extends Error {
  override readonly name = 'StaleEpochError'
}

export class PauseTimeoutError extends Error {
  override readonly name = 'PauseTimeoutError'
}
