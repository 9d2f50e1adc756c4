/**
 * The one record that ends a switchover. It is created once and never changed: whoever wants to act after the
 * pause creates it or reads it back, and obeys what stands there.
 */
export type Verdict = 'forward' | 'back'

export interface Decision {
  epoch: number
  verdict: Verdict
  /** Who created it: runner or watchdog, with host and process. */
  by: string
  /** ISO 8601, for people; nothing compares it. */
  at: string
}

export interface DecisionStore {
  /** Writes what either verdict would say, so that a full disk is noticed before the pause. */
  prepare(epoch: number, by: string): Promise<void>
  /** Creates the record, or returns the one that stands. Throws when the store cannot be reached. */
  decide(epoch: number, verdict: Verdict, by: string): Promise<Decision>
  read(epoch: number): Promise<Decision | undefined>
  /** The highest epoch that has a record, 0 without any. */
  latestEpoch(): Promise<number>
}
