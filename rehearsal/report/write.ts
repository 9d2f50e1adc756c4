import { randomUUID } from 'node:crypto'
import { cpSync, existsSync, statSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Report } from './data.ts'
import { reportHtml } from './html.ts'
import { reportJson } from './json.ts'

/** A report folder that cannot be used: the user's to mend, so one line and exit code 2. */
export class ReportFolderError extends Error {
  override readonly name = 'ReportFolderError'
}

export interface ReportFiles {
  html: string
  json: string
}

/**
 * Makes the folder and proves that it can be written, so that a rehearsal does not run for a minute and then
 * has nowhere to tell. Returns its absolute path. Throws {@link ReportFolderError}.
 */
export async function prepareReportFolder(folder: string): Promise<string> {
  const path = resolve(folder)
  try {
    await makeFolder(path)
    const probe = join(path, `.probe-${randomUUID()}`)
    try {
      await writeWhole(probe, 'probe\n')
    } finally {
      await rm(probe, { force: true })
    }
  } catch (error) {
    throw folderError(path, error)
  }
  return path
}

/** What an earlier rehearsal left: were this one to fail, it would be taken for its report. */
export async function removeReport(folder: string): Promise<void> {
  for (const name of ['report.html', 'report.json', journalFolder])
    await rm(join(folder, name), { recursive: true, force: true })
}

/** The journals of the runs, in the report's folder; a name that nobody else gives to theirs. */
export const journalFolder = 'report.journal'

/** Copies them while the watchdog still writes: its drafts come and go. */
export function copyJournal(journal: string, folder: string): void {
  cpSync(journal, join(folder, journalFolder), {
    recursive: true,
    filter: (path) => !path.endsWith('.draft'),
  })
}

/** Writes report.json and report.html, each whole or not at all. Throws {@link ReportFolderError}. */
export async function writeReport(folder: string, report: Report): Promise<ReportFiles> {
  const path = resolve(folder)
  const files = { html: join(path, 'report.html'), json: join(path, 'report.json') }
  const contents = [
    [files.json, reportJson(report)],
    [files.html, reportHtml(report)],
  ] as const
  try {
    await makeFolder(path)
    for (const [file, text] of contents) await replaceFile(file, text)
  } catch (error) {
    throw folderError(path, error)
  }
  return files
}

/** With the folders above it. Node's own tries for ever where a file system makes none and says «no such file» (/proc). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    const above = dirname(path)
    if (code !== 'ENOENT' || above === path || existsSync(above)) throw error
    await makeFolder(above)
    await mkdir(path)
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}`
  try {
    await writeWhole(beside, text)
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const REASONS: Record<string, string> = {
  EACCES: 'no permission to write there',
  EPERM: 'no permission to write there',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  ENOTDIR: 'a part of the path is a file',
  EEXIST: 'a file is in its place',
  EISDIR: 'a folder is in the place of the report',
  ENAMETOOLONG: 'the path is too long',
}

function folderError(path: string, error: unknown): ReportFolderError {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = (code !== undefined && REASONS[code]) || message
  return new ReportFolderError(
    `The report cannot be written to ${path}: ${reason}. Choose another folder with --report DIR.`,
    { cause: error },
  )
}
