import type { JournalEntry } from '../journal/journal.ts'
import { type LockHolder, readLock } from '../journal/lock.ts'
import { type RunRecord, readRun, runNames, runPlace } from '../journal/runs.ts'
import { type Page, readPage } from '../page/page.ts'
import { readApprovals } from '../safety/approvals.ts'
import type { Site } from '../site.ts'
import { type StepName, steps } from '../steps/index.ts'
import { deskStore, recordStore } from '../store/open.ts'

/** One run as its journal and its page tell it. */
export interface RunStatus {
  run: string
  runbook: string
  execute: boolean
  person?: string
  host?: string
  pid?: number
  /** The last entry. */
  last: JournalEntry
  /** False once it has said that it ended or failed. */
  open: boolean
  /** The step it is in, or was in last. */
  step?: string
  /** Since when it is in that step; absent once the step has ended. */
  stepSince?: string
  expectedMs?: number
  /** The section of the page that it is in. */
  title?: string
  /** Number of the call in the page, from 1, and how many there are. */
  position?: number
  of?: number
  /** Titles of the sections that come next. */
  next: string[]
  /** What the page says to do when this step hangs. */
  ifItHangs?: string
  undo?: string
  /** How many approvals it waits for, of whom. */
  waitsFor?: { step: string; missing: number; approvers: string[] }
  error?: string
  /** Where the chain of its journal is broken. */
  broken?: string
}

/** The run that holds the lock, or else the last that acted (`resume` has no journal), or else the last dry run. */
export async function currentRun(site: Site): Promise<RunStatus | undefined> {
  const lock = await readLock(deskStore(site))
  const newest = (await runNames(recordStore(site))).reverse()
  const ofHolder = newest.filter((name) => name.endsWith(`-${lock?.holder.runbook}`))
  const names = new Set([...ofHolder.slice(0, lookedAt), ...newest.slice(0, lookedAt)])
  let [last, acted]: (RunRecord | undefined)[] = []
  for (const name of names) {
    const record = await readRun(recordStore(site), name)
    if (!record) continue
    last ??= record
    const begin = record.entries[0]
    if (begin?.['execute'] === false) continue
    acted ??= record
    if (!lock || isOf(lock.holder, { runbook: begin?.['runbook'], ...picked(begin) }))
      return runStatus(site, record)
  }
  const shown = acted ?? last
  return shown && runStatus(site, shown)
}

export async function runStatus(site: Site, record: RunRecord): Promise<RunStatus> {
  const { entries, broken, run } = record
  const begin = entries[0]
  const runbook = String(begin?.['runbook'] ?? run.replace(/^.*Z-/, ''))
  const begun = entries.filter(({ event }) => event === 'step-begin')
  const current = begun.at(-1)
  const after = current ? entries.slice(entries.indexOf(current) + 1) : []
  const running = current && !after.some(({ event }) => ended.includes(event))
  const page = pageOf(runbook)
  const call = page?.calls[begun.length - 1]
  const known = current?.step ? (steps[current.step as StepName] as { expectedMs: number }) : undefined
  const open = !entries.some(({ event }) => event === 'run-end' || event === 'run-failed')
  const failed = entries.findLast(({ event }) => event === 'run-failed')
  const waits = open
    ? (await readApprovals(recordStore(site), run)).find(({ missing }) => missing > 0)
    : undefined
  return {
    run,
    runbook,
    execute: begin?.['execute'] !== false,
    ...picked(begin),
    last: entries.at(-1) ?? {
      seq: 0,
      at: new Date(0).toISOString(),
      elapsedMs: 0,
      event: 'nothing readable',
    },
    open,
    ...(current?.step && { step: current.step }),
    ...(running && { stepSince: current.at }),
    ...(known && { expectedMs: known.expectedMs }),
    ...(page && begun.length > 0 && { position: begun.length, of: page.calls.length }),
    ...(call?.section && { title: call.section.title }),
    next: open && page ? titlesAfter(page, begun.length) : [],
    ...(call?.section?.parts['If it hangs'] && { ifItHangs: call.section.parts['If it hangs'] }),
    ...(call?.section?.parts.Undo && { undo: call.section.parts.Undo }),
    ...(waits && {
      waitsFor: {
        step: waits.request.step,
        missing: waits.missing,
        approvers: waits.request.approvers,
      },
    }),
    ...(failed && { error: String(failed['error']) }),
    ...(broken && { broken: `${runPlace(site, run)} is broken at line ${broken.line}: ${broken.why}` }),
  }
}

/** Of how many journals the run that is asked for may be; those who look write journals too. */
const lookedAt = 20

/** Whether a lock is the one of a run. */
export const isOf = (
  holder: LockHolder,
  run: { runbook?: unknown; pid?: unknown; host?: unknown },
): boolean => holder.runbook === run.runbook && holder.pid === run.pid && holder.host === run.host

const ended = ['step-end', 'step-checked', 'step-failed']

function picked(begin: JournalEntry | undefined): Pick<RunStatus, 'person' | 'host' | 'pid'> {
  return {
    ...(begin?.['person'] ? { person: String(begin['person']) } : {}),
    ...(begin?.['host'] ? { host: String(begin['host']) } : {}),
    ...(begin?.['pid'] ? { pid: Number(begin['pid']) } : {}),
  }
}

function titlesAfter(page: Page, position: number): string[] {
  const titles = page.calls.slice(position).map(({ section, name }) => section?.title ?? name)
  return [...new Set(titles)].filter((title) => title !== page.calls[position - 1]?.section?.title)
}

function pageOf(runbook: string): Page | undefined {
  try {
    return readPage(runbook)
  } catch {
    return undefined
  }
}
