/** The rows that are still to be compared in the pause. */
export interface RowCheck {
  close(): Promise<void>
}
