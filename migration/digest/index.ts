export { connectAgain } from './changes/again.ts'
export type { Batch } from './changes/change-set.ts'
export {
  keepVerified,
  keysToLookAtAgain,
  type Reverification,
  verifyPending,
} from './changes/keep-verified.ts'
export { type ChangeTracker, type TrackOptions, trackChanges } from './changes/tracker.ts'
export { type VerifyKeysOptions, verifyKeys } from './changes/verify-keys.ts'
export { awaitVisible } from './changes/visible.ts'
export { CannotCompareError } from './errors.ts'
export {
  checkInvariants,
  type Invariant,
  type InvariantResult,
  paymentsInvariants,
  readInvariants,
} from './invariants.ts'
export { type Plan, planTables } from './plan/plan.ts'
export type { TablePlan } from './plan/table-plan.ts'
export { reportJson, reportText, showSql } from './report.ts'
export { holdSnapshot } from './session.ts'
export * from './types.ts'
export { mergeShards, readShard, verifyAll } from './verify-all.ts'
