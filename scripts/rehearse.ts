/** `npm run rehearse`: the whole lift on this machine. */
import { relative } from 'node:path'
import { createSandbox } from '../rehearsal/host/sandbox.ts'
import { MissingBinaryError } from '../rehearsal/postgres/binaries.ts'
import {
  copyJournal,
  prepareReportFolder,
  ReportFolderError,
  removeReport,
  writeReport,
} from '../rehearsal/report/write.ts'
import { readOptions, usage } from '../rehearsal/run/options.ts'
import { CannotBeginError, rehearse } from '../rehearsal/run/rehearsal.ts'
import { UsageError } from '../rehearsal/run/usage.ts'
import { terminalOptions } from '../rehearsal/terminal/options.ts'
import { createProgress } from '../rehearsal/terminal/progress.ts'
import { verdictText } from '../rehearsal/terminal/verdict.ts'

const argv = process.argv.slice(2)
if (argv.includes('--help')) {
  console.log(usage)
  process.exit(0)
}
const terminal = terminalOptions(process.stdout)
const progress = { ...createProgress(process.stdout, terminal), color: terminal.color }
let close = async () => {}
let interrupted = false

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, async () => {
    if (interrupted) process.exit(130)
    interrupted = true
    progress.stop()
    console.log('\nInterrupted: ending what was started …')
    await close()
    process.exit(130)
  })
}

try {
  const options = await readOptions(argv)
  const folder = await prepareReportFolder(options.report)
  await removeReport(folder)
  const sandbox = createSandbox()
  close = () => sandbox.close()
  const { report, world } = await rehearse(options, sandbox, progress)
  progress.stop()
  const files = await writeReport(folder, report)
  process.stdout.write(
    verdictText(report, { ...terminal, files: Object.values(files).map((file) => relative('.', file)) }),
  )
  copyJournal(world.journal, folder)
  if (options.keep) {
    console.log(`\nThe world is kept: site file ${world.siteFile}. Ctrl-C ends it.`)
    await new Promise(() => {})
  }
  await close()
  process.exit(report.verdict === 'pass' ? 0 : 1)
} catch (error) {
  progress.stop()
  if (interrupted) await new Promise(() => {})
  await close()
  const { message } = error as Error
  const mine =
    error instanceof UsageError || error instanceof ReportFolderError || error instanceof MissingBinaryError
  if (error instanceof CannotBeginError) console.error(`The rehearsal could not begin: ${message}`)
  else console.error(mine ? message : `The rehearsal could not be carried out: ${message}`)
  process.exit(mine || error instanceof CannotBeginError ? 2 : 1)
}
