import { freshlyOpened } from './database.ts'
import type { Decision } from './decision/decision.ts'
import { decisionStore } from './decision/files.ts'
import { epochOfToken, type FenceRow, readFenceRow } from './epoch.ts'
import { createGate } from './gate/create.ts'
import type { GateState, Side } from './gate/gate.ts'
import type { JournalEntry } from './journal/journal.ts'
import { readLock, type StandingLock } from './journal/lock.ts'
import { readRun, runNames } from './journal/runs.ts'
import { lagBytes, subscriptions } from './replication.ts'
import type { Site } from './site.ts'
import { deskStore, recordStore } from './store/open.ts'
import type { Store } from './store/store.ts'
import { type Arming, mailbox } from './watchdog/mailbox.ts'

export interface Status {
  lock?: StandingLock
  /** The last entries of the last run. */
  run?: { runbook: string; step?: string; last: JournalEntry; broken?: string }
  arming?: Arming
  watchdog: boolean
  decision?: Decision
  databases: Record<Side, DatabaseStatus>
  gates: GateState[] | string
}

/** A database's fence and the links that end in it, or why it cannot be asked. */
export type DatabaseStatus =
  | { fence?: FenceRow; links: { name: string; enabled: boolean; lagBytes?: number }[] }
  | { trouble: string }

/** What is true now, from the places where it is true: databases, decision records, gates; then the journal. */
export async function readStatus(site: Site): Promise<Status> {
  const desk = deskStore(site)
  const box = mailbox(desk)
  const decisions = decisionStore(site)
  const [source, target, gates, armings, watchdog, epoch] = await Promise.all([
    databaseStatus(site, 'source'),
    databaseStatus(site, 'target'),
    gateStates(site),
    box.armings(),
    box.expectWatchdog().then(
      () => true,
      () => false,
    ),
    decisions.latestEpoch(),
  ])
  const arming = armings.at(-1)
  const decision = await decisions.read(epoch)
  const [lock, run] = await Promise.all([readLock(desk), lastRun(recordStore(site))])
  return {
    ...(lock && { lock }),
    ...(run && { run }),
    ...(arming && { arming }),
    watchdog,
    ...(decision && { decision }),
    databases: { source, target },
    gates,
  }
}

async function databaseStatus(site: Site, side: Side): Promise<DatabaseStatus> {
  try {
    return await freshlyOpened(site, side, 'status', async ({ client }) => {
      const fence = await readFenceRow(client).catch(() => undefined)
      const links = await subscriptions(client)
      const other = side === 'source' ? 'target' : 'source'
      const lags = await freshlyOpened(site, other, 'status', (peer) =>
        Promise.all(links.map((link) => lagBytes(peer.client, link.slot ?? link.name))),
      ).catch(() => [])
      return {
        ...(fence && { fence }),
        links: links.map(({ name, enabled }, at) => ({
          name,
          enabled,
          ...(lags[at] !== undefined && { lagBytes: lags[at] }),
        })),
      }
    })
  } catch (error) {
    return { trouble: (error as Error).message }
  }
}

async function gateStates(site: Site): Promise<GateState[] | string> {
  const gate = createGate(site)
  try {
    return await gate.state()
  } catch (error) {
    return (error as Error).message
  } finally {
    await gate.close()
  }
}

async function lastRun(records: Store): Promise<Status['run']> {
  const name = (await runNames(records)).at(-1)
  if (!name) return undefined
  const { entries, broken } = await readRun(records, name)
  const last = entries.at(-1)
  if (!last) return undefined
  const step = entries.findLast((entry) => entry.step)?.step
  return {
    runbook: String(entries[0]?.runbook ?? name),
    ...(step && { step }),
    last,
    ...(broken && {
      broken: `${records.place}/runs/${name} is broken at line ${broken.line}: ${broken.why}`,
    }),
  }
}

/** The status in words, the most urgent first. */
export function statusText(status: Status, now = Date.now()): string {
  const { lock, run, arming, watchdog, decision, databases, gates } = status
  const lines = [verdictOf(status)]
  if (lock) lines.push(`lock        ${lock.explanation}`)
  if (run) {
    const seconds = Math.round((now - Date.parse(run.last.at)) / 1000)
    lines.push(
      `last run    ${run.runbook}: ${run.last.event}${run.step ? ` ${run.step}` : ''}, ${seconds} s ago`,
    )
    if (run.broken) lines.push(`journal     ${run.broken}`)
  }
  if (arming)
    lines.push(
      `switchover  epoch ${arming.epoch} is under way from the ${arming.from}; after ${arming.deadlineMs} ms the watchdog settles it`,
    )
  if (decision)
    lines.push(
      `decision    epoch ${decision.epoch}: ${decision.verdict}, by ${decision.by} at ${decision.at}`,
    )
  lines.push(
    `watchdog    ${watchdog ? 'lives' : 'no sign of life: start it before cutover or rollback (npm run watchdog -- SITE)'}`,
  )
  for (const side of ['source', 'target'] as const)
    lines.push(`${side.padEnd(12)}${databaseText(databases[side])}`)
  lines.push(
    `gates       ${typeof gates === 'string' ? gates : gates.map((gate) => `${gate.state} → ${gate.route}, ${gate.waiting} waiting`).join('; ') || 'none'}`,
  )
  return lines.join('\n')
}

/** Who accepts writes, and what to do when nobody does. */
function verdictOf({ databases, arming, lock }: Status): string {
  const open = (['source', 'target'] as const).filter((side) => {
    const database = databases[side]
    return 'fence' in database && database.fence?.state === 'open'
  })
  if (open.length === 2)
    return 'BOTH databases accept writes: stop the applications and call the people who know the data'
  const [record] = open
  if (record) return `The ${record} is the system of record.`
  const unreachable = Object.values(databases).some((database) => 'trouble' in database)
  if (unreachable)
    return 'A database cannot be reached (below): whether writes are accepted is not known from here.'
  if (Object.values(databases).every((database) => !('fence' in database)))
    return 'The fence is not installed: no lift has begun (runbook replicate).'
  const wait =
    lock?.alive || arming
      ? 'a switchover is under way; the watchdog settles it past its deadline'
      : 'run «npm run runbook -- resume --site FILE --execute»'
  return `NOBODY accepts writes: ${wait}.`
}

function databaseText(database: DatabaseStatus): string {
  if ('trouble' in database) return database.trouble
  const { fence, links } = database
  const state = fence
    ? `${fence.state === 'open' ? 'accepts writes' : 'fenced'}, epoch ${epochOfToken(fence.token)}`
    : 'no fence'
  const followed = links.map(
    ({ name, enabled, lagBytes }) =>
      `follows by ${name}${enabled ? '' : ' (stopped)'}${lagBytes === undefined ? '' : `, ${lagBytes} bytes behind`}`,
  )
  return [state, ...followed].join('; ')
}
