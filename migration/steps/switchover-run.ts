import type { Nonce } from '../drain.ts'
import type { Side } from '../gate/gate.ts'
import type { Schema } from '../schema/fingerprint.ts'
import type { Switchover } from '../switchover/plan.ts'
import type { RowCheck } from './row-check.ts'

/** What the steps of one switchover hand to each other. */
export interface SwitchoverRun {
  /** The system of record this runbook leaves: the source in cutover, the target in rollback. */
  readonly from: Side
  /** Set by `prepare`. */
  plan?: Switchover
  /** Set by `verify-rows`, used in the pause. */
  rows?: RowCheck
  nonce?: Nonce
  /** The schema when it should have been frozen, where it could not be: compared after the fence. */
  schema?: Schema
  /** Set by `turn-replication`: the link forward was seen to be off. */
  turned?: true
  /**
   * `attempting` from the arming of the watchdog until a decision stands: a failure goes back. `decided` when
   * this run made it: a failure goes forward. `lost` when somebody else made it: they carry it out, not we.
   */
  stage: 'before' | 'attempting' | 'decided' | 'lost'
}

export function planOf(run: SwitchoverRun): Switchover {
  if (!run.plan)
    throw new Error('the switchover has not been prepared: the step «prepare» comes first in the runbook')
  return run.plan
}
