import { rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { openJournal } from './journal/journal.ts'
import { lock } from './journal/lock.ts'
import { openLift } from './lift.ts'
import { readSite } from './site.ts'
import { type StepArgs, type StepName, steps } from './steps/index.ts'
import { runStep } from './steps/run-step.ts'
import type { StepContext } from './steps/step.ts'
import { mailbox } from './watchdog/mailbox.ts'

export interface Runbook {
  /** Does one step: its check, its act, its proof; a failure ends the run in order and says what to do. */
  step<Name extends StepName>(name: Name, ...args: StepArgs<Name>): Promise<void>
  /** Ends the run: its last entry in the journal, its lock, its sessions. */
  finish(): Promise<void>
}

/**
 * Opens a run of a runbook. The command that starts it hands over by environment: `LIFT_SITE` names the site
 * file, `LIFT_EXECUTE=1` lets steps act (without it only checks are made).
 */
export async function runbook(name: string): Promise<Runbook> {
  const { LIFT_SITE, LIFT_EXECUTE } = process.env
  removePageModule()
  // Who reads along may go away, e.g. a terminal whose line breaks; the run goes on.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {})
  try {
    if (!LIFT_SITE) throw new Error(`which site? run it as: npm run runbook -- ${name} --site FILE`)
    const site = readSite(LIFT_SITE)
    const release = lock(site.journal, name)
    process.once('exit', release)
    const lift = await openLift(site, name)
    const began = new Date()
    const journal = openJournal(
      join(site.journal, 'runs', `${began.toISOString().replaceAll(/[:.]/g, '-')}-${name}.jsonl`),
    )
    const execute = LIFT_EXECUTE === '1'
    journal.write('run-begin', { runbook: name, execute, host: hostname(), pid: process.pid })
    const context: StepContext = {
      lift,
      journal,
      watchdog: mailbox(site.journal),
      by: `runner ${hostname()} ${process.pid}`,
      switchover: { from: name === 'rollback' ? 'target' : 'source', stage: 'before' },
      interrupted: false,
      say: (text) => console.log(`    ${text}`),
      print: (text) => console.log(text),
    }
    process.on('SIGINT', () => {
      // A second time it ends at once; a switchover under way is then the watchdog's.
      if (context.interrupted) process.exit(130)
      context.interrupted = true
      console.log('\nstopping after this step; Ctrl-C again stops at once')
    })
    const done: StepName[] = []
    console.log(`runbook ${name}${execute ? '' : ' (dry run: checks only, nothing changes)'}`)
    return {
      async step(stepName, ...args) {
        const definition = steps[stepName]
        if (!definition)
          return fail(new Error(`the runbook ${name} names a step that does not exist: ${stepName}`))
        try {
          await runStep(context, definition, args, { execute, done })
        } catch (error) {
          journal.write('run-failed', { step: stepName, error: (error as Error).message })
          await lift.close()
          fail(error as Error)
        }
      },
      async finish() {
        journal.write('run-end')
        await context.switchover.rows?.close()
        await lift.close()
        journal.close()
        console.log(`runbook ${name}: done in ${((Date.now() - began.getTime()) / 1000).toFixed(1)} s`)
      },
    }
  } catch (error) {
    return fail(error as Error)
  }
}

/** zx writes the page as a module beside it and removes that at its end: a run that is killed would leave it. */
function removePageModule(): void {
  const [, path] = /file:\/\/(\S+\/runbooks\/[^\s/]+\.mjs)/.exec(new Error().stack ?? '') ?? []
  if (path) rmSync(decodeURI(path), { force: true })
}

function fail(error: Error): never {
  console.error(`\n${error.message}`)
  process.exit(1)
}
