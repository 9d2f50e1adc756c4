import { rmSync } from 'node:fs'
import { type Opening, type OpenRun, openRun } from './run/open-run.ts'
import { optionsOf } from './run/options.ts'
import { MisuseError } from './safety/terminal.ts'
import { SiteError } from './site.ts'
import type { StepArgs, StepName } from './steps/index.ts'

export interface Runbook {
  /** Does one step: its check, its act, its proof; a failure ends the run in order and says what to do. */
  step<Name extends StepName>(name: Name, ...args: StepArgs<Name>): Promise<void>
  /** Waits until the site's approvers have agreed to the step that is named; it comes next in the page. */
  approval(next: StepName): Promise<void>
  /** Ends the run: its last entry in the journal, its lock, its sessions. */
  finish(): Promise<void>
}

export interface RunbookOptions {
  /** Only in the migration window of the site. */
  inWindow?: boolean
  /** The emergency way: no name to type, no lock to wait for. */
  emergency?: boolean
}

/**
 * What the first block of a page calls. How the run was asked for stands in the environment (run/options.ts);
 * a failure ends the process: 2 for what was asked wrongly, 1 for a run that failed.
 */
export async function runbook(name: string, options: RunbookOptions = {}): Promise<Runbook> {
  removePageModule()
  // Who reads along may go away, e.g. a terminal whose line breaks; the run goes on.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
  const opening: Opening = {}
  let run: OpenRun | undefined
  const end = () => {
    if (opening.interrupted) process.exit(130)
    opening.interrupted = true
    void Promise.resolve(opening.release?.()).finally(() => process.exit(130))
  }
  // A second Ctrl-C ends it at once; a switchover under way is then the watchdog's.
  process.on('SIGINT', () => run?.interrupt() || end())
  // It may come twice, to the whole group and from whoever started us.
  process.on('SIGTERM', () => (run ? run.interrupt() : opening.interrupted || end()))
  const opened = await openRun(name, options, optionsOf(process.env), undefined, opening).catch(fail)
  run = opened
  return {
    step: (...call) => opened.step(...call).catch(fail),
    approval: (next) => opened.approval(next).catch(fail),
    finish: () => opened.finish().catch(fail),
  }
}

/** zx writes the page as a module beside it and removes that at its end: a run that is killed would leave it. */
function removePageModule(): void {
  const [, path] = /file:\/\/(\S+\/runbooks\/[^\s/]+\.mjs)/.exec(new Error().stack ?? '') ?? []
  if (path) rmSync(decodeURI(path), { force: true })
}

async function fail(error: Error): Promise<never> {
  console.error(`\n${error.message}`)
  process.exit(error instanceof MisuseError || error instanceof SiteError ? 2 : 1)
}
