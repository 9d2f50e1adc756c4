import { setTimeout as delay } from 'node:timers/promises'
import { type ApprovalRequest, readApproval, requestApproval } from '../safety/approvals.ts'
import type { Step } from '../steps/step.ts'
import type { Store } from '../store/store.ts'

export interface AskedApproval {
  store: Store
  /** Undefined when the site asks for no approvals. */
  request: ApprovalRequest | undefined
  execute: boolean
  /** Why it may no longer go on, asked while it waits: the window has closed. */
  problem(): string | undefined
}

const betweenLooksMs = 300

/** Waits until enough people have agreed to what comes next; one «no» ends the run, in order. */
export function approvalStep({ store, request, execute, problem }: AskedApproval): Step {
  return {
    name: 'approval',
    summary: request
      ? `Approval by ${request.required} of ${request.approvers.join(', ')}`
      : 'Approval: this site asks for none',
    expectedMs: 0,
    async check(context) {
      if (!request) return
      if (!execute) return context.say('not asked in a dry run')
      await requestApproval(store, request)
      context.say(`they say so with: npm run runbook -- approve ${request.step} …`)
      let missing: number | undefined
      for (;;) {
        const standing = await readApproval(store, request.run, request.step)
        const no = standing?.refused
        if (no) {
          context.journal.write('refused', { step: request.step, given: standing.given })
          throw new Error(`${no.person} said no: ${no.reason ?? 'without a reason'}`)
        }
        if (standing && standing.missing !== missing) {
          missing = standing.missing
          const names = standing.given.map(({ person }) => person).join(', ')
          context.say(
            missing > 0 ? `waiting for ${missing}${names && `; yes from ${names}`}` : `yes from ${names}`,
          )
        }
        if (missing === 0) {
          context.journal.write('approved', { step: request.step, given: standing?.given })
          return
        }
        if (context.interrupted)
          throw new Error(typeof context.interrupted === 'string' ? context.interrupted : 'interrupted')
        const closed = problem()
        if (closed) throw new Error(`nobody approved in time: ${closed}`)
        await delay(betweenLooksMs)
      }
    },
  }
}
