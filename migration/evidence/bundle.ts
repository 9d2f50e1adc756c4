import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { decisionStore } from '../decision/files.ts'
import { type RunRecord, readRun, runNames } from '../journal/runs.ts'
import { readApprovals } from '../safety/approvals.ts'
import type { Site } from '../site.ts'
import { recordStore } from '../store/open.ts'
import { summaryOf } from './summary.ts'

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
  const decision = summary.epoch === undefined ? undefined : await decisionStore(site).read(summary.epoch)
  const approvals = await readApprovals(recordStore(site), run)
  const contents: Record<string, string> = {
    'journal.jsonl': text,
    'summary.json': json(summary),
    'decision.json': json(decision ?? null),
    'approvals.json': json(approvals),
  }
  const folder = join(into, run)
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  for (const [name, content] of Object.entries(contents)) await writeFile(join(folder, name), content)
  const files = Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, sha256(content)]))
  const manifest = json({ run, madeAt: new Date().toISOString(), chainEndsWith: record.hash, files })
  await writeFile(join(folder, 'manifest.json'), manifest)
  return {
    folder,
    seal: sha256(manifest),
    files: [...Object.keys(contents), 'manifest.json'],
    ...(broken && { broken: `line ${broken.line}: ${broken.why}` }),
  }
}

/** The run of that name, or the newest whose name ends with it: `cutover`. */
async function findRun(site: Site, asked: string): Promise<RunRecord> {
  const names = await runNames(recordStore(site))
  const name = names.includes(asked) ? asked : names.findLast((each) => each.endsWith(`Z-${asked}`))
  const record = name && (await readRun(recordStore(site), name))
  if (record) return record
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
