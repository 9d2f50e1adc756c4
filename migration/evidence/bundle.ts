import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decisionStore } from '../decision/files.ts'
import { type RunRecord, readRun, runNames } from '../journal/runs.ts'
import { readApprovals } from '../safety/approvals.ts'
import type { Site } from '../site.ts'
import { recordStore } from '../store/open.ts'
import { type Summary, summaryOf } from './summary.ts'

export interface Bundle {
  folder: string
  /** SHA-256 of the manifest: who notes it elsewhere notices a bundle that was made anew. */
  seal: string
  files: string[]
  /** Where the journal's chain is broken, if it is. */
  broken?: string
}

/**
 * Puts what an auditor needs of one run into a folder: its journal as it stands, what it says in figures, the
 * decision, the approvals, and a manifest with the SHA-256 of each.
 */
export async function writeBundle(site: Site, asked: string, into = 'evidence'): Promise<Bundle> {
  const record = await findRun(site, asked)
  const { run, text, broken } = record
  const summary = summaryOf(record)
  const epoch = ownEpoch(record, summary)
  const decision = epoch === undefined ? undefined : await decisionStore(site).read(epoch)
  const approvals = await readApprovals(recordStore(site), run)
  const contents: Record<string, string> = {
    'journal.jsonl': text,
    'summary.json': json(summary),
    'decision.json': json(decision ?? null),
    'approvals.json': json(approvals),
  }
  const folder = join(into, run)
  if (existsSync(folder))
    throw new Error(
      `${folder} is there already, and its seal may have been noted: check it with --verify, or name another folder with --into`,
    )
  // One that is not finished must not look like one, nor be in the way of the next.
  const part = `${folder}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  for (const [name, content] of Object.entries(contents)) await writeFile(join(part, name), content)
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]))
  const manifest = json({ run, madeAt: new Date().toISOString(), chainEndsWith: record.hash, files })
  await writeFile(join(part, 'manifest.json'), manifest)
  await rename(part, folder)
  return {
    folder,
    seal: sha256(manifest),
    files: [...Object.keys(contents), 'manifest.json'],
    ...(broken && { broken: `line ${broken.line}: ${broken.why}` }),
  }
}

/** The number of the run's switchover; a run that ended before it was armed leaves it to the next. */
function ownEpoch({ entries }: RunRecord, { epoch, steps }: Summary): number | undefined {
  const armed =
    entries.some(({ event }) => event === 'armed') ||
    // Journals of earlier versions do not say it.
    steps.some(({ step, outcome }) => step === 'arm' && outcome === 'done')
  return armed ? epoch : undefined
}

/** The run of that name, or the newest that acted and whose name ends with it, e.g. `cutover`; else a dry run. */
async function findRun(site: Site, asked: string): Promise<RunRecord> {
  const store = recordStore(site)
  const names = await runNames(store)
  const wanted = names.includes(asked)
    ? [asked]
    : names.filter((name) => name.endsWith(`Z-${asked}`)).reverse()
  let dry: RunRecord | undefined
  for (const name of wanted) {
    const record = await readRun(store, name)
    if (record && record.entries[0]?.['execute'] !== false) return record
    dry ??= record
  }
  if (dry) return dry
  const last = names.slice(-5).map((each) => `  ${each}`)
  throw new Error(`there is no run «${asked}»; the last ones:\n${last.join('\n') || '  none'}`)
}

export const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`

/** The files of a bundle, read back. */
export async function readFolder(folder: string): Promise<Map<string, string>> {
  const names = await readdir(folder)
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const)),
  )
}
