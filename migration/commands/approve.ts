import type { JournalEntry } from '../journal/journal.ts'
import { readRun } from '../journal/runs.ts'
import { type Approved, approve, readApprovals } from '../safety/approvals.ts'
import { askToStop } from '../safety/stop.ts'
import type { Site } from '../site.ts'
import { deskStore, recordStore } from '../store/open.ts'
import { takeOverRun } from '../take-over.ts'

export interface Answer {
  step: string
  person: string
  verdict: 'yes' | 'no'
  reason?: string | undefined
}

/**
 * Says yes or no to the newest request for a step. A no that comes when enough have agreed already asks the run to stop.
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
  const entries = (await readRun(store, run))?.entries ?? []
  const late = verdict === 'no' && now.missing === 0
  return [
    `«${verdict}» from ${person}: ${now.request.runbook} by ${now.request.by} (${run}) may ${verdict === 'yes' ? '' : 'not '}go on with «${step}»`,
    ...saidIn(entries).map((line) => `  it said: ${line}`),
    verdict === 'no' || now.missing === 0 ? '' : `${now.missing} more must agree`,
    late ? await stopLate(site, now.request, { person, reason }, entries) : '',
  ]
    .filter(Boolean)
    .join('\n')
}

async function stopLate(
  site: Site,
  { run, step }: Approved['request'],
  { person, reason }: Pick<Answer, 'person' | 'reason'>,
  entries: JournalEntry[],
): Promise<string> {
  if (run.startsWith(takeOverRun))
    return 'Enough had agreed before: the lock may be taken over already. Your word stands in the records; tell who does it.'
  if (entries.some(({ event }) => event === 'run-end' || event === 'run-failed'))
    return 'Enough had agreed before, and the run is over: your word stands in its records.'
  const why = `no to «${step}»: ${reason ?? 'without a reason'}`
  await askToStop(deskStore(site), run, { by: person, at: new Date().toISOString(), reason: why })
  return 'Enough had agreed before: the run is asked to stop after its step. Before the decision it puts everything back; after it, it goes on to the end.'
}

function nothingAsked(step: string, all: Approved[]): string {
  const waiting = all.filter(({ missing, refused }) => missing > 0 && !refused)
  const others = waiting.map(({ request }) => `${request.step} (${request.runbook})`).join(', ')
  return `no run asks for approval of «${step}»${others && `; asked for: ${others}`}`
}

/** What the run told its operator: the figures that are being agreed to. */
const saidIn = (entries: JournalEntry[]): string[] =>
  entries.flatMap(({ event, text }) => (event === 'said' ? [String(text)] : [])).slice(-5)
