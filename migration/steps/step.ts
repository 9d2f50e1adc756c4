import type { Journal } from '../journal/journal.ts'
import type { Lift } from '../lift.ts'
import type { Store } from '../store/store.ts'
import type { Mailbox } from '../watchdog/mailbox.ts'
import type { SwitchoverRun } from './switchover-run.ts'

/** What a step works with: the lift, and what the run has found so far. */
export interface StepContext {
  readonly lift: Lift
  readonly journal: Journal
  readonly watchdog: Mailbox
  /** The runner, as it signs decisions. */
  readonly by: string
  /** The switchover of this run; only the runbooks cutover and rollback have one. */
  readonly switchover: SwitchoverRun
  /** Who runs the runbook, and where people leave each other word; absent in tests of single steps. */
  readonly person?: string
  readonly store?: Store
  /** Nothing may keep it from acting that it can do without. */
  readonly emergency?: true
  /** Why the operator does this, in their words. */
  readonly reason?: string
  /** Ctrl-C was pressed, or somebody asked to stop (who and why): up to the decision the run stops, in order. */
  interrupted: boolean | string
  /** Present in a dry run: what earlier steps would have changed, for the checks of later ones. */
  readonly dryRun?: { cloud?: number }
  /** One line of a step for the operator. */
  say(text: string): void
  /** One line of the run itself. */
  print(text: string): void
}

/**
 * One act of a runbook. `check` says whether it may be done and changes nothing; `act` does it, also when it
 * was done before; `verify` proves that it took; `undo` puts back what was there, also when `act` never ran.
 */
export interface Step<Args extends unknown[] = []> {
  readonly name: string
  /** What it does, as the operator's screen says it. */
  readonly summary: string
  /** How long it is expected to take, milliseconds; the journal compares. */
  readonly expectedMs: number
  check?(context: StepContext, ...args: Args): Promise<void>
  act?(context: StepContext, ...args: Args): Promise<void>
  verify?(context: StepContext, ...args: Args): Promise<void>
  undo?(context: StepContext, ...args: Args): Promise<void>
}

/** Says that something is not as it must be, in words for the operator. */
export class StepError extends Error {
  override readonly name = 'StepError'
}

export function demand(condition: unknown, message: string): asserts condition {
  if (!condition) throw new StepError(message)
}
