/** Gives `payment_id` and `detail`, a row for each thing that is wrong. */
export interface Check {
  finds: 'lost' | 'duplicated' | 'misposted'
  /** May use the table `acked`: the acknowledgements. */
  sql: string
}
