import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import test from 'ava'
import {
  copyJournal,
  prepareReportFolder,
  ReportFolderError,
  removeReport,
  writeReport,
} from '../../../rehearsal/report/write.ts'
import { sampleReport } from './sample.ts'

async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'report-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test('both files are written, into a folder made for them, and replaced the next time', async (t) => {
  const folder = join(await temporaryFolder(t), 'new', 'report')
  await writeReport(folder, sampleReport({ seed: 1 }))
  const files = await writeReport(folder, sampleReport({ seed: 2 }))
  t.deepEqual((await readdir(folder)).sort(), ['report.html', 'report.json'])
  t.is(JSON.parse(await readFile(files.json, 'utf8')).seed, 2)
  t.regex(await readFile(files.html, 'utf8'), /^<!doctype html>/)
})

test('an earlier report goes before a rehearsal begins, and nothing else; drafts stay behind', async (t) => {
  const folder = await temporaryFolder(t)
  const journal = join(folder, 'journal')
  await mkdir(journal)
  for (const name of ['run.jsonl', 'beat.json.1-2.draft']) await writeFile(join(journal, name), '')
  await writeReport(folder, sampleReport())
  copyJournal(journal, folder)
  t.deepEqual((await readdir(folder)).sort(), ['journal', 'report.html', 'report.journal', 'report.json'])
  t.deepEqual(await readdir(join(folder, 'report.journal')), ['run.jsonl'])
  await removeReport(folder)
  t.deepEqual(await readdir(folder), ['journal'])
})

test('a folder is made and proved before the run, and left empty', async (t) => {
  const folder = join(await temporaryFolder(t), 'report')
  t.is(await prepareReportFolder(folder), folder)
  t.deepEqual(await readdir(folder), [])
})

test('a file in place of the folder is one clear line', async (t) => {
  const file = join(await temporaryFolder(t), 'report')
  await writeFile(file, '')
  const message = `The report cannot be written to ${file}: a file is in its place. Choose another folder with --report DIR.`
  await t.throwsAsync(prepareReportFolder(file), { instanceOf: ReportFolderError, message })
  await t.throwsAsync(writeReport(file, sampleReport()), { instanceOf: ReportFolderError, message })
  await t.throwsAsync(prepareReportFolder(join(file, 'below')), {
    instanceOf: ReportFolderError,
    message: /: a part of the path is a file\. Choose/,
  })
})

const onLinux = existsSync('/proc/self') ? test : test.skip
onLinux('a file system that makes no folder is one clear line, and not tried for ever', async (t) => {
  await t.throwsAsync(prepareReportFolder('/proc/nowhere/report'), { instanceOf: ReportFolderError })
})

test('a file that cannot be replaced leaves nothing half-written behind', async (t) => {
  const folder = await temporaryFolder(t)
  await mkdir(join(folder, 'report.html'))
  await t.throwsAsync(writeReport(folder, sampleReport()), { instanceOf: ReportFolderError })
  t.deepEqual((await readdir(folder)).sort(), ['report.html', 'report.json'])
})
