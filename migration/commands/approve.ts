import { readRun } from '../journal/runs.ts'
import { type Approved, approve, readApprovals } from '../safety/approvals.ts'
import type { Site } from '../site.ts'
import { recordStore } from '../store/open.ts'

export interface Answer {
  step: string
  person: string
  verdict: 'yes' | 'no'
  reason?: string | undefined
}

/**
 * Says yes or no to the newest request for a step.
 * @returns what the approver agreed to, or refused, in words
 */
export async function answerRequest(site: Site, { step, person, verdict, reason }: Answer): Promise<string> {
  const store = recordStore(site)
  const all = await readApprovals(store)
  const asked = all
    .filter(({ request, refused }) => request.step === step && !refused)
    .sort((a, b) => a.request.at.localeCompare(b.request.at))
    .at(-1)
  if (!asked) throw new Error(nothingAsked(step, all))
  const { run } = asked.request
  const now = await approve(store, { run, step }, person, { verdict, ...(reason && { reason }) })
  return [
    `«${verdict}» from ${person}: ${now.request.runbook} by ${now.request.by} (${run}) may ${verdict === 'yes' ? '' : 'not '}go on with «${step}»`,
    ...(await saidBy(site, run)).map((line) => `  it said: ${line}`),
    verdict === 'no' || now.missing === 0 ? '' : `${now.missing} more must agree`,
  ]
    .filter(Boolean)
    .join('\n')
}

function nothingAsked(step: string, all: Approved[]): string {
  const waiting = all.filter(({ missing, refused }) => missing > 0 && !refused)
  const others = waiting.map(({ request }) => `${request.step} (${request.runbook})`).join(', ')
  return `no run asks for approval of «${step}»${others && `; asked for: ${others}`}`
}

/** What the run told its operator: the figures that are being agreed to. */
async function saidBy(site: Site, run: string): Promise<string[]> {
  const entries = (await readRun(recordStore(site), run))?.entries ?? []
  return entries.flatMap(({ event, text }) => (event === 'said' ? [String(text)] : [])).slice(-5)
}
