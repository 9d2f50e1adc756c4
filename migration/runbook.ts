import { hostname } from 'node:os'
import type { Journal } from './journal/journal.ts'
import { lock } from './journal/lock.ts'
import { openRun } from './journal/runs.ts'
import { openLift } from './lift.ts'
import { siteOfEnvironment } from './open-site.ts'
import { type StepArgs, type StepName, steps } from './steps/index.ts'
import { runStep } from './steps/run-step.ts'
import type { StepContext } from './steps/step.ts'
import { deskStore } from './store/open.ts'
import { mailbox } from './watchdog/mailbox.ts'
import { whoActs } from './who.ts'

export interface Runbook {
  /** Does one step: its check, its act, its proof; a failure ends the run in order and says what to do. */
  step<Name extends StepName>(name: Name, ...args: StepArgs<Name>): Promise<void>
  /** Ends the run: its last entry in the journal, its lock, its sessions. */
  finish(): Promise<void>
}

const onlyHere =
  ({ path }: Journal) =>
  ({ message }: Error) =>
    console.error(`the journal's last entries are only on this machine, in ${path}: ${message}`)

let release = async () => {}

/**
 * Opens a run of a runbook. The command that starts it hands over by environment: `LIFT_SITE` names the site
 * file, or `LIFT_STACK` the stack; `LIFT_EXECUTE=1` lets steps act (without it only checks are made).
 */
export async function runbook(name: string): Promise<Runbook> {
  const { LIFT_EXECUTE } = process.env
  try {
    const site = await siteOfEnvironment()
    const by = await whoActs(site, 'runner')
    const desk = deskStore(site)
    release = await lock(desk, name)
    const lift = await openLift(site, name)
    const began = new Date()
    const journal = openRun(site, `${began.toISOString().replaceAll(/[:.]/g, '-')}-${name}`)
    const execute = LIFT_EXECUTE === '1'
    journal.write('run-begin', { runbook: name, execute, host: hostname(), pid: process.pid })
    const context: StepContext = {
      lift,
      journal,
      watchdog: mailbox(desk),
      by,
      switchover: { from: name === 'rollback' ? 'target' : 'source', stage: 'before' },
      interrupted: false,
      say: (text) => console.log(`    ${text}`),
      print: (text) => console.log(text),
    }
    process.on('SIGINT', () => {
      // A second time it ends at once; a switchover under way is then the watchdog's.
      if (context.interrupted) return void release().finally(() => process.exit(130))
      context.interrupted = true
      console.log('\nstopping after this step; Ctrl-C again stops at once')
    })
    const done: StepName[] = []
    console.log(`runbook ${name}${execute ? '' : ' (dry run: checks only, nothing changes)'}`)
    return {
      async step(stepName, ...args) {
        const definition = steps[stepName]
        if (!definition)
          return await fail(new Error(`the runbook ${name} names a step that does not exist: ${stepName}`))
        try {
          await runStep(context, definition, args, { execute, done })
        } catch (error) {
          journal.write('run-failed', { step: stepName, error: (error as Error).message })
          await lift.close()
          await journal.shared().catch(onlyHere(journal))
          await fail(error as Error)
        }
      },
      async finish() {
        journal.write('run-end')
        await context.switchover.rows?.close()
        await lift.close()
        await journal.shared().catch(onlyHere(journal))
        journal.close()
        await release()
        console.log(`runbook ${name}: done in ${((Date.now() - began.getTime()) / 1000).toFixed(1)} s`)
      },
    }
  } catch (error) {
    return await fail(error as Error)
  }
}

async function fail(error: Error): Promise<never> {
  console.error(`\n${error.message}`)
  await release().catch((trouble: Error) => console.error(`the lock stays: ${trouble.message}`))
  process.exit(1)
}
