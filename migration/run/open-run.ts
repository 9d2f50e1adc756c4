import { hostname } from 'node:os'
import type { Journal } from '../journal/journal.ts'
import type { Release } from '../journal/lock.ts'
import { openRunJournal, runIdOf } from '../journal/runs.ts'
import { type Lift, openLift, serverVersions } from '../lift.ts'
import { inWords } from '../page/duration.ts'
import { readPage } from '../page/page.ts'
import type { Runbook, RunbookOptions } from '../runbook.ts'
import { requestOf } from '../safety/approvals.ts'
import { whoAmI } from '../safety/person.ts'
import { readStop } from '../safety/stop.ts'
import { demandConsent } from '../safety/terminal.ts'
import { windowProblem } from '../safety/window.ts'
import type { Site } from '../site.ts'
import { type StepName, steps } from '../steps/index.ts'
import { runStep } from '../steps/run-step.ts'
import type { Step, StepContext } from '../steps/step.ts'
import { deskStore, recordStore } from '../store/open.ts'
import { mailbox } from '../watchdog/mailbox.ts'
import { approvalStep } from './approval-step.ts'
import { inTurn } from './in-turn.ts'
import { takeLock } from './lock.ts'
import { isProduction, type RunOptions, siteOf } from './options.ts'
import { createReminder } from './reminder.ts'
import { createScreen } from './screen.ts'

/** A run that was not allowed to begin, or has failed; it has put back what it could, and says what to do. */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError'
}

/** How often a run looks whether somebody asks it to stop. */
export const betweenStopLooksMs = 500

export interface OpenRun extends Runbook {
  /** Stops after this step; false when that was asked before. */
  interrupt(): boolean
}

/** A run that is being opened. */
export interface Opening {
  /** Gives back its lock, once it has one. */
  release?: () => Promise<void>
  /** It is to end: whatever has been opened is closed, and nothing begins. */
  interrupted?: boolean
}

/**
 * Opens a run: who, when and whether; then the lock, the sessions and the journal. Its methods throw
 * RunFailedError once the run is over.
 */
export async function openRun(
  name: string,
  { inWindow = false, emergency = false }: RunbookOptions,
  options: RunOptions,
  write: (text: string) => void = (text) => process.stdout.write(text),
  opening: Opening = {},
): Promise<OpenRun> {
  const { execute } = options
  const site = await siteOf(options)
  const person = await whoAmI(options)
  const outside = () => (inWindow ? windowProblem(site.window) : undefined)
  const closed = outside()
  if (closed && execute) throw new RunFailedError(`${name} is refused ${closed}`)
  if (execute && !emergency) await demandName(name, site, options.yes)
  const locking: Promise<Release> =
    execute && !emergency ? takeLock(site, name, person) : Promise.resolve(async () => {})
  opening.release = () =>
    locking.then(
      (release) => release(),
      () => {},
    )
  const release = await locking
  const opened: Opened = {}
  try {
    const admitted = { name, site, person, emergency, closed, outside, options, write, release }
    const run = await begin(admitted, opened)
    if (opening.interrupted) throw new RunFailedError('interrupted while it opened')
    return run
  } catch (error) {
    const { lift, journal } = opened
    // Whatever kept it from beginning, its lock must not stay: somebody would have to agree to take it over.
    await inTurn(
      () => journal?.write('run-failed', { error: (error as Error).message }),
      () => journal?.shared(),
      () => lift?.close(),
      () => journal?.close(),
      release,
    ).catch(() => {})
    throw error
  }
}

/** A run that may begin. */
interface Admitted {
  name: string
  site: Site
  person: string
  emergency: boolean
  /** Why it would be refused if it did not only look. */
  closed: string | undefined
  outside(): string | undefined
  options: RunOptions
  write(text: string): void
  release(): Promise<void>
}

/** What must be closed again, also when the run cannot begin. */
interface Opened {
  lift?: Lift
  journal?: Journal
}

async function begin(admitted: Admitted, opened: Opened): Promise<OpenRun> {
  const { name, site, person, emergency, closed, outside, options, write, release } = admitted
  const { execute } = options
  const lift = await openLift(site, name, { emergency })
  opened.lift = lift
  const [store, desk, page, began] = [recordStore(site), deskStore(site), readPage(name), new Date()]
  const run = runIdOf(name, began)
  const screen = createScreen({
    json: options.json,
    busy: () => context.switchover.stage === 'attempting',
    write,
  })
  const journal = screen.shown(openRunJournal(site, run))
  opened.journal = journal
  const context: StepContext = {
    lift,
    journal,
    watchdog: mailbox(desk),
    by: `runner ${hostname()} ${process.pid}`,
    person,
    store,
    ...(options.reason && { reason: options.reason }),
    ...(emergency && { emergency }),
    switchover: { from: name === 'rollback' ? 'target' : 'source', stage: 'before' },
    interrupted: false,
    ...(!execute && { dryRun: {} }),
    say(text) {
      journal.write('said', { text })
      screen.say(text)
    },
    print: screen.print,
  }
  const who = { person, host: hostname(), pid: process.pid, ...(site.name && { site: site.name }) }
  journal.write('run-begin', { run, runbook: name, execute, ...who })
  const servers = serverVersions(lift)
  journal.write('servers', emergency ? await servers.catch(() => ({})) : await servers)
  const reminder = createReminder(screen.say)
  screen.print(`runbook ${name}${execute ? '' : ' (dry run: checks only, nothing changes)'}`)
  if (closed) context.say(closed)
  const looking = setInterval(() => {
    if (context.switchover.stage === 'before') reminder.tick()
    readStop(desk, run).then(
      (stop) => {
        if (stop) context.interrupted ||= `${stop.by} asked to stop: ${stop.reason}`
      },
      // A store that is away is no reason to stop.
      () => {},
    )
  }, betweenStopLooksMs).unref()
  const done: StepName[] = []
  const wouldFail: string[] = []
  let position = 0
  let epochNoted = false

  /** The run's last entry; and everything is closed and the lock given back, whatever fails. */
  async function close(event: 'run-failed' | 'run-end', detail: Record<string, unknown>): Promise<void> {
    clearInterval(looking)
    await inTurn(
      () => journal.write(event, detail),
      () => screen.flush(),
      () => context.switchover.rows?.close().catch(() => {}),
      () => lift.close(),
      () =>
        journal
          .shared()
          .catch(({ message }: Error) =>
            screen.print(
              `the journal's last entries are only on this machine, in ${journal.path}: ${message}`,
            ),
          ),
      () => journal.close(),
      release,
    )
  }

  async function runOne(step: Step<never[]>, args: unknown[]): Promise<void> {
    const call = page.calls[position++]
    if (execute) screen.begin(step, call?.section?.title)
    reminder.begin(step.summary)
    try {
      await runStep(context, step, args, { execute, done }).finally(reminder.end)
      const epoch = context.switchover.plan?.epoch
      if (epoch !== undefined && !epochNoted) journal.write('switchover', { epoch })
      epochNoted ||= epoch !== undefined
    } catch (error) {
      const { message } = error as Error
      if (!execute) {
        // The other checks are worth knowing too.
        wouldFail.push(`${step.name}: ${message.split('\n')[0]}`)
        return screen.say(message)
      }
      const unwritten = await close('run-failed', { step: step.name, error: message }).then(
        () => '',
        (trouble: Error) => `\n${trouble.message}`,
      )
      const undo = call?.section?.parts.Undo
      throw new RunFailedError(`${message}${unwritten}${undo ? `\nUndo: ${undo}` : ''}`)
    }
  }

  return {
    async step(stepName, ...args) {
      const step = steps[stepName] as Step<never[]> | undefined
      if (!step) throw new RunFailedError(`the runbook ${name} names a step that does not exist: ${stepName}`)
      await runOne(step, args)
    },
    async approval(next) {
      const request = requestOf(site.approvals, { run, runbook: name, step: next, by: person })
      await runOne(approvalStep({ store, request, execute, problem: outside }) as Step<never[]>, [])
    },
    async finish() {
      await close('run-end', wouldFail.length > 0 ? { wouldFail } : {})
      if (wouldFail.length > 0)
        throw new RunFailedError(`it would fail:\n${wouldFail.map((line) => `  ${line}`).join('\n')}`)
      screen.print(`runbook ${name}: done in ${inWords(Date.now() - began.getTime())}`)
    },
    interrupt() {
      if (context.interrupted) return false
      context.interrupted = true
      screen.print('\nstopping after this step; Ctrl-C again stops at once')
      return true
    },
  }
}

async function demandName(runbook: string, site: Site, yes: boolean): Promise<void> {
  if (!isProduction(site)) return
  const word = site.name ?? 'production'
  await demandConsent({ about: `«${runbook}» will act on ${word}`, word, production: true, yes })
}
