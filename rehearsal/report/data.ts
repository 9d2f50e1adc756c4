/** What a rehearsal found: the type of report.json. Every `…Ms` of a moment counts from `startedAt`. */
export interface Report {
  verdict: Verdict
  /** Why the verdict is `fail`, a sentence or some lines each, naming the payments; empty when it is `pass`. */
  verdictReasons: string[]
  gate: 'pgbouncer' | 'service'
  /** It went through the AWS SDK, to this emulator. */
  aws?: 'moto'
  /** PostgreSQL on-premises, as the server says it: `14.23`. */
  source: { version: string }
  /** PostgreSQL in AWS. */
  target: { version: string }
  /** ISO 8601, UTC. */
  startedAt: string
  durationMs: number
  seed: number
  /** Payments asked for a second. */
  rate: number
  payments: Payments
  ledger: { balanced: boolean }
  /** In the order they happened. */
  switchovers: Switchover[]
  shift: ShiftStep[]
  pauses: Pause[]
  steps: Step[]
  findings: Findings
  environment: Environment
  /** Parts that were not there, each with how to get it: `PgBouncer: apt-get install pgbouncer`. */
  skipped: string[]
  series: Series
}

export type Verdict = 'pass' | 'fail'

/** Counts of payments. */
export interface Payments {
  attempted: number
  acknowledged: number
  /** Refused, timed out or answered with an error. */
  failed: number
  /** Acknowledged and not in the system of record. */
  lost: number
  /** In the system of record more than once. */
  duplicated: number
  /** In the system of record with another amount, or without its ledger entries. */
  misposted: number
}

export type SwitchoverKind = 'cutover' | 'rollback'

export interface Switchover {
  kind: SwitchoverKind
  /** The longest that a write in flight during the switchover took, from its start to its acknowledgement. */
  writePauseMs: number
  /** What each step inside the pause took, in the order they ran. */
  stepsMs: Record<string, number>
  /** Writes that were in flight while the gates were shut. */
  requestsHeld: number
}

/** Requests seen on each side while `weight` percent were asked to go to the cloud. */
export interface ShiftStep {
  weight: number
  onPremises: number
  cloud: number
}

/** A switchover on the time axis: from the first write that waited to the last one let through. */
export interface Pause {
  kind: SwitchoverKind
  startMs: number
  endMs: number
  writePauseMs: number
}

/** `already`: its effect was there. `undone`: it ran, and was taken back. */
export type StepOutcome = 'done' | 'already' | 'undone' | 'failed'

export interface Step {
  runbook: string
  step: string
  /** What tells it from the same step run again, e.g. the weight: `25 %`. */
  argument?: string
  startMs: number
  durationMs: number
  /** What the runbook tells the operator to expect. */
  expectedMs?: number
  outcome: StepOutcome
}

export interface Finding {
  paymentId: string
  /** What was expected and what was there. */
  detail: string
  /** When the client sent it. */
  atMs?: number
}

export type FindingKind = 'lost' | 'duplicated' | 'misposted' | 'failed'

/** The payments that the judge can name: at most {@link FINDINGS_SHOWN} of a kind; {@link Payments} counts all. */
export type Findings = Record<FindingKind, Finding[]>

export const FINDINGS_SHOWN = 50

export interface Environment {
  /** `20.19.0` */
  node: string
  cores: number
  /** Which gate, and which version of it: `PgBouncer 1.18.0`, `the payments service's own pool`. */
  gateDetail: string
}

/** `forward`: on-premises → AWS. `back`: AWS → on-premises. */
export type Direction = 'forward' | 'back'

export interface Series {
  /** Width of a step of `requests` and `latency`, e.g. 250. */
  stepMs: number
  /** Requests answered in `[tMs, tMs + stepMs)`: counts, not rates. */
  requests: { tMs: number; onPremises: number; cloud: number }[]
  /** Of the requests that started in `[tMs, tMs + stepMs)`; a step without requests has no entry. */
  latency: { tMs: number; p50Ms: number; p99Ms: number; maxMs: number }[]
  /** Samples, whenever taken. `bytes`: what the publisher has written and the subscriber not yet confirmed. */
  replicationLag: { tMs: number; bytes: number; direction: Direction }[]
  /** Percent of requests asked to go to the cloud; each value holds until the next. */
  weight: { tMs: number; cloud: number }[]
}
