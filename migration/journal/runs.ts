import { join } from 'node:path'
import type { Site } from '../site.ts'
import { localJournal, recordStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type Journal, type JournalContent, openJournal, readJournal } from './journal.ts'
import { shareRun } from './share.ts'

/** `2026-11-25T02-00-00-000Z-cutover`: sorts by time, and says what it was. */
export const runIdOf = (runbook: string, began: Date): string =>
  `${began.toISOString().replaceAll(/[:.]/g, '-')}-${runbook}`

/** Where the journal of a run is, for people. */
export const runPlace = (site: Site, run: string): string =>
  site.journal.startsWith('s3:')
    ? `${recordStore(site).place}/runs/${run}/`
    : join(site.journal, 'runs', `${run}.jsonl`)

/** Begins the journal of a run: on this machine, and from there in the site's bucket when it has one. */
export function openRunJournal(site: Site, run: string): Journal {
  const records = recordStore(site)
  const here = localJournal(site)
  return openJournal(
    join(here, 'runs', `${run}.jsonl`),
    here === records.place ? undefined : shareRun(records, run),
  )
}

export interface RunRecord extends JournalContent {
  run: string
  text: string
}

/** The names of the runs in a site's records, oldest first: a file each, or a folder of parts each (share.ts). */
export async function runNames(records: Store): Promise<string[]> {
  const keys = await records.list('runs/')
  return [...new Set(keys.map((key) => (key.split('/')[1] as string).replace(/\.jsonl$/, '')))].sort()
}

/** The journal of a run, from wherever this machine can read it, its chain checked; undefined when there is none. */
export async function readRun(records: Store, run: string): Promise<RunRecord | undefined> {
  let text = await records.read(`runs/${run}.jsonl`)
  if (text === undefined) {
    const parts = await records.list(`runs/${run}/`)
    if (parts.length === 0) return undefined
    text = (await Promise.all(parts.map((key) => records.read(key)))).join('')
  }
  return { run, text, ...readJournal(text) }
}
