import type { Hold } from '../../hold.ts'

/** Weights in percent of requests; both whole numbers, together 100. */
export interface Weights {
  onPremises: number
  cloud: number
}

export interface SideMetrics {
  requests: number
  /** Answers of 5xx, refused and broken connections. */
  errors: number
  p50Ms: number
  p99Ms: number
}

/** Who moves a weight, and why: what the next one who looks must know. */
export interface Why {
  by: string
  reason: string
}

/** What splits requests between on-premises and cloud: an ALB, or the local one of the rehearsal. */
export interface FrontDoor {
  readonly kind: string
  weights(): Promise<Weights>
  /** Returns when new requests follow the new weights. */
  setWeights(weights: Weights, why: Why): Promise<void>
  /** The emergency way back: every request to on-premises, and nobody moves the weight again until `release`. */
  fallBack(why: Why): Promise<void>
  /** The hold of an emergency that still keeps the weight; undefined when there is none. */
  held(): Promise<Hold | undefined>
  /** Ends the emergency; the weight stays as it is. */
  release(): Promise<void>
  /** Counts since `since` (milliseconds of the Unix epoch), per side. */
  metrics(since: number): Promise<{ onPremises: SideMetrics; cloud: SideMetrics }>
  /** Alarms of the lift that fire now, each with its reason. */
  alarms(): Promise<string[]>
  close(): Promise<void>
}
