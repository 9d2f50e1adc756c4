import { carrySchema } from './carry-schema.ts'
import { checkSite } from './check-site.ts'
import { clearOldLink, verifyWayBack } from './clear-away.ts'
import { removeWayBack } from './decommission.ts'
import { alignGates, inspectReplication, proveLink } from './inspect.ts'
import { renewLinks } from './links.ts'
import { freezeSchema, preflight, prepare } from './prepare.ts'
import { awaitCaughtUp, checkDatabases, installFence, subscribeTarget } from './replicate.ts'
import { holdSchedules } from './schedules.ts'
import { shiftTo, watchWeight } from './shift.ts'
import { showStatus } from './status.ts'
import type { Step } from './step.ts'
import {
  arm,
  decide,
  drainForward,
  fenceFrom,
  moveSequences,
  open,
  pause,
  resume,
  turnReplication,
} from './switch.ts'
import { endHold, takeTrafficBack } from './traffic-back.ts'
import { emptyTarget, removeLink } from './undo-replicate.ts'
import { verifyChanges, verifyRows } from './verify.ts'

/** Every step that a runbook may name. */
export const steps = {
  'check-site': checkSite,
  'check-databases': checkDatabases,
  'carry-schema': carrySchema,
  'install-fence': installFence,
  'subscribe-target': subscribeTarget,
  'await-caught-up': awaitCaughtUp,
  'shift-to': shiftTo,
  'watch-weight': watchWeight,
  'take-traffic-back': takeTrafficBack,
  'release-hold': endHold,
  preflight,
  'freeze-ddl': freezeSchema,
  'verify-rows': verifyRows,
  prepare,
  'hold-schedules': holdSchedules,
  arm,
  pause,
  fence: fenceFrom,
  drain: drainForward,
  sequences: moveSequences,
  'turn-replication': turnReplication,
  'verify-changes': verifyChanges,
  decide,
  open,
  resume,
  'clear-away': clearOldLink,
  'verify-way-back': verifyWayBack,
  'remove-way-back': removeWayBack,
  'inspect-replication': inspectReplication,
  'prove-link': proveLink,
  'align-gates': alignGates,
  'renew-links': renewLinks,
  'remove-link': removeLink,
  'empty-target': emptyTarget,
  'show-status': showStatus,
} satisfies Record<string, Step<never[]>>

export type StepName = keyof typeof steps

export type StepArgs<Name extends StepName> = (typeof steps)[Name] extends Step<infer Args> ? Args : never

/** The steps between holding writes and letting them through, in their order. */
export const pauseSteps = [
  'pause',
  'fence',
  'drain',
  'sequences',
  'turn-replication',
  'verify-changes',
  'decide',
  'open',
  'resume',
] as const satisfies StepName[]
