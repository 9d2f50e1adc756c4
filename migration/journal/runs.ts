import { join } from 'node:path'
import type { Site } from '../site.ts'
import { localJournal, recordStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { type Journal, type JournalContent, openJournal, readJournal } from './journal.ts'
import { shareRun } from './share.ts'

/** Begins the journal of a run: on this machine, and from there in the site's bucket when it has one. */
export function openRun(site: Site, name: string): Journal {
  const records = recordStore(site)
  const here = localJournal(site)
  return openJournal(
    join(here, 'runs', `${name}.jsonl`),
    here === records.place ? undefined : shareRun(records, name),
  )
}

/** The names of the runs in a store, oldest first: a file each, or a folder of parts each (share.ts). */
export async function runNames(store: Store): Promise<string[]> {
  const keys = await store.list('runs/')
  return [...new Set(keys.map((key) => (key.split('/')[1] as string).replace(/\.jsonl$/, '')))].sort()
}

/** The journal of one run, from wherever this machine can read it. */
export async function readRun(store: Store, name: string): Promise<JournalContent> {
  const whole = await store.read(`runs/${name}.jsonl`)
  if (whole !== undefined) return readJournal(whole)
  const keys = await store.list(`runs/${name}/`)
  const parts = await Promise.all(keys.map((key) => store.read(key)))
  return readJournal(parts.join(''))
}
