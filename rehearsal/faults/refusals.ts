import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parse, stringify } from 'yaml'
import { answerRequest } from '../../migration/commands/approve.ts'
import { betweenStopLooksMs } from '../../migration/run/open-run.ts'
import { readSite } from '../../migration/site.ts'
import type { World } from '../world/world.ts'
import type { PauseFault } from './scene.ts'

/** The same site, where one of two people must agree to the runbook. */
export function withApprovers({ siteFile, sandbox }: World): string {
  const path = join(sandbox.dir, 'site-with-approvers.yaml')
  const approvals = { required: 1, approvers: ['anna', 'ben'] }
  const site = { ...parse(readFileSync(siteFile, 'utf8')), approvals }
  writeFileSync(path, stringify(site), { mode: 0o600 })
  return path
}

/** Gives one's word as soon as it is asked for. */
export async function answer(siteFile: string, person: string, verdict: 'yes' | 'no'): Promise<string> {
  const site = readSite(siteFile)
  for (let last: Error | undefined, until = performance.now() + 60_000; ; await delay(50)) {
    if (performance.now() > until) throw last
    try {
      return await answerRequest(site, { step: 'prepare', person, verdict, reason: 'the figures look odd' })
    } catch (error) {
      last = error as Error
    }
  }
}

/** An approver says no: when asked, in the pause, and when it is too late. */
export const refusals: PauseFault[] = [
  {
    name: 'the approver says no when asked',
    at: 'before approval',
    approval: 'asked',
    async during() {},
    async meanwhile({ siteFile, stage }) {
      await answer(siteFile, 'anna', 'no')
      await stage.flowing('payments flow when an approver has said no')
    },
    verdict: 'back',
    says: /anna said no: the figures look odd\nNothing was switched/,
  },
  {
    name: 'an approver says no in the pause, when another has agreed',
    at: 'after pause',
    approval: 'given',
    async during({ siteFile }) {
      await answer(siteFile, 'ben', 'no')
      await delay(betweenStopLooksMs)
    },
    verdict: 'back',
    says: /ben asked to stop: no to «prepare»: the figures look odd\nThe switchover went back/,
  },
  {
    name: 'an approver says no when it is decided',
    at: 'after decide',
    approval: 'given',
    async during({ siteFile }) {
      const told = await answer(siteFile, 'ben', 'no')
      if (!/after it, it goes on to the end/.test(told)) throw new Error(`the approver was told:\n${told}`)
    },
    verdict: 'forward',
  },
]
