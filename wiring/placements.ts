import type { Place } from '../placement/options.ts'

/** Where a workload runs, which is what `npm run placement -- placement/payments.yaml` says, or else why not. */
export interface Placed {
  runs: Place
  /** Why it runs elsewhere than the answer, as a sentence. */
  despite?: string
}

/** The workloads of index.ts. A test asks the command, and looks at what the program builds. */
export const placements = {
  api: { runs: 'fargate' },
  'outbox-relay': {
    runs: 'host',
    despite:
      'On-premises runs its workers on hosts with Filebeat; one worker stays on hosts through the lift, so that this way of logs is in use and known before more is moved. Fargate would be cheaper.',
  },
  settlement: { runs: 'function' },
  webhooks: { runs: 'function' },
  'log-shipper': { runs: 'function' },
} satisfies Record<string, Placed>
