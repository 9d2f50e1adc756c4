export type { Batch } from './change-set.ts'
export { type ChangeTracker, type TrackOptions, trackChanges } from './changes.ts'
export { CannotCompareError } from './errors.ts'
export {
  checkInvariants,
  type Invariant,
  type InvariantResult,
  paymentsInvariants,
  readInvariants,
} from './invariants.ts'
export { keepVerified, keysToLookAtAgain, type Reverification } from './keep-verified.ts'
export { type Plan, planTables } from './plan.ts'
export { reportJson, reportText, showSql } from './report.ts'
export type { TablePlan } from './table-plan.ts'
export * from './types.ts'
export { mergeShards, readShard, verifyAll } from './verify-all.ts'
export { type VerifyKeysOptions, verifyKeys } from './verify-keys.ts'
export { awaitVisible } from './visible.ts'
