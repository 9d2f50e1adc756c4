import { readStatus, statusText } from '../status.ts'
import type { Step } from './step.ts'

/** What the command `status` says, within a runbook; needs no database. */
export const showStatus: Step = {
  name: 'show-status',
  summary: 'Say who accepts writes, and what to do when nobody does',
  expectedMs: 5000,
  async check({ lift, say }) {
    const { run, ...status } = await readStatus(lift.site)
    // The newest run is the one that asks, unless another holds the lock.
    const other = run && status.lock ? { run } : {}
    for (const line of statusText({ ...status, ...other }).split('\n')) say(line)
  },
}
