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

/** What splits requests between on-premises and cloud: an ALB, or the local one of the rehearsal. */
export interface FrontDoor {
  readonly kind: string
  weights(): Promise<Weights>
  /** Returns when new requests follow the new weights. */
  setWeights(weights: Weights): Promise<void>
  /** Counts since `since` (milliseconds of the Unix epoch), per side. */
  metrics(since: number): Promise<{ onPremises: SideMetrics; cloud: SideMetrics }>
  close(): Promise<void>
}
