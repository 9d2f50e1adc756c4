import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { readLock, type StandingLock } from './journal/lock.ts'
import { lockText } from './run/lock.ts'
import { isProduction } from './run/options.ts'
import { type Approval, readApproval, readApprovals, requestApproval } from './safety/approvals.ts'
import { principal } from './safety/person.ts'
import { demandConsent } from './safety/terminal.ts'
import type { Site } from './site.ts'
import { deskStore, recordStore } from './store/open.ts'

export interface TakeOver {
  /** Who takes over. */
  person: string
  /** `--yes`: a machine runs this. */
  yes: boolean
  /** `--take-over`: the operator says that a run on another machine is gone. */
  takeOver: boolean
  say(text: string): void
}

/** What the name of a request to take over begins with; it belongs to no run. */
export const takeOverRun = 'take-over-'

/** One person besides the one who takes over. */
const required = 1

/**
 * A lock is taken over only when its run is gone, as far as anybody can know, and when somebody agrees: one of
 * the site's approvers, or, where there are none, the operator, who types it.
 * @returns the lock that may be removed; undefined when none stands
 */
export async function demandTakeOver(
  site: Site,
  { person, yes, takeOver, say }: TakeOver,
): Promise<StandingLock | undefined> {
  const standing = await readLock(deskStore(site))
  if (!standing) return undefined
  const text = lockText(standing)
  const elsewhere = standing.holder.host !== hostname()
  if (standing.alive) throw new Error(`${text}; nothing was done`)
  // No sign of life is also what a machine gives that is cut off from the journal.
  if (elsewhere && !takeOver)
    throw new Error(`${text}; look at ${standing.holder.host} first, and when it is gone add --take-over`)
  say(text)
  if (!site.approvals) {
    await demandConsent({
      about: 'The lock of that run will be taken over',
      word: 'take over',
      production: isProduction(site),
      yes,
    })
    return standing
  }
  await approved(site, standing, person, say)
  return standing
}

async function approved(site: Site, { holder }: StandingLock, person: string, say: TakeOver['say']) {
  const store = recordStore(site)
  const ofLock = `${takeOverRun}${holder.since.replaceAll(/[:.]/g, '-')}-${holder.pid}`
  // Each who wants it asks anew: another who gave up may be the one who can agree.
  const run = `${ofLock}-by-${encodeURIComponent(principal(person))}`
  const before = (await readApprovals(store)).filter(({ request }) => request.run.startsWith(ofLock))
  for (const { refused } of before) if (refused) throw saidNo(refused)
  const { approvers } = site.approvals ?? { approvers: [] }
  const about = { run, runbook: holder.runbook, step: 'take-over', by: person }
  await requestApproval(store, { ...about, at: new Date().toISOString(), required, approvers })
  say(`waiting for one of ${approvers.join(', ')}: npm run runbook -- approve take-over …`)
  for (;;) {
    const answer = await readApproval(store, run, 'take-over')
    if (answer?.refused) throw saidNo(answer.refused)
    if (answer?.missing === 0) return say(`yes from ${answer.given.map((given) => given.person).join(', ')}`)
    await delay(300)
  }
}

const saidNo = ({ person, reason }: Approval): Error =>
  new Error(`${person} said no: ${reason ?? 'without a reason'}`)
