import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Site } from '../site.ts'
import { type JournalContent, readJournal } from './journal.ts'

/** `2026-11-25T02-00-00-000Z-cutover`: sorts by time, and says what it was. */
export const runIdOf = (runbook: string, began: Date): string =>
  `${began.toISOString().replaceAll(/[:.]/g, '-')}-${runbook}`

const folderOf = (site: Site): string => join(site.journal, 'runs')

export const runPath = (site: Site, run: string): string => join(folderOf(site), `${run}.jsonl`)

export interface RunRecord extends JournalContent {
  run: string
  text: string
}

/** The names of the runs of a site, oldest first. */
export async function runNames(site: Site): Promise<string[]> {
  try {
    const names = await readdir(folderOf(site))
    return names.flatMap((name) => (name.endsWith('.jsonl') ? [name.slice(0, -6)] : [])).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** The journal of a run, its chain checked; undefined when there is none of that name. */
export async function readRun(site: Site, run: string): Promise<RunRecord | undefined> {
  try {
    const text = await readFile(runPath(site, run), 'utf8')
    return { run, text, ...readJournal(text) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
