import { StaleTokenError } from '../epoch.ts'
import { inWords } from '../page/duration.ts'
import type { Switchover } from '../switchover/plan.ts'
import { settle } from '../switchover/settle.ts'
import { pauseSteps, type StepName, steps } from './index.ts'
import type { Step, StepContext } from './step.ts'

interface RunState {
  execute: boolean
  /** Steps of this run that have acted, oldest first. */
  done: StepName[]
}

/** Share of the watchdog's deadline after which the runner gives up by itself, so that it is not overtaken. */
const ownDeadlineShare = 0.8

/** Runs one step and writes down its begin and its end; a failure first brings the system to a safe state. */
export async function runStep(
  context: StepContext,
  step: Step<never[]>,
  args: unknown[],
  run: RunState,
): Promise<void> {
  const { journal } = context
  const durability = (pauseSteps as readonly string[]).includes(step.name) ? 'process' : 'disk'
  const began = performance.now()
  let ms = 0
  try {
    journal.write('step-begin', { step: step.name, ...(args.length > 0 ? { args } : {}) }, durability)
    if (context.interrupted && context.switchover.stage !== 'decided')
      throw new Error(context.interrupted === true ? 'interrupted' : context.interrupted)
    guardDeadline(context)
    // A journal that nobody else can read is found out while nothing has been done yet.
    if (context.switchover.stage === 'before' && !context.emergency) await journal.shared()
    await withinDeadline(context, async () => step.check?.(context, ...(args as never[])))
    if (run.execute) {
      run.done.push(step.name as StepName)
      await withinDeadline(context, async () => {
        await step.act?.(context, ...(args as never[]))
        await step.verify?.(context, ...(args as never[]))
      })
    }
    if (run.execute || !step.act) {
      ms = performance.now() - began
      journal.write(
        'step-end',
        { step: step.name, ms: Math.round(ms * 100) / 100, expectedMs: step.expectedMs },
        durability,
      )
    }
  } catch (error) {
    try {
      journal.write('step-failed', { step: step.name, error: (error as Error).message }, durability)
    } catch {
      // A disk that is full must not keep the run from putting back what it did.
    }
    flush(context)
    context.print(`  ✖ ${step.summary}`)
    throw new Error(await recover(context, run, error as Error))
  }
  if (!run.execute && step.act) {
    journal.write('step-checked', { step: step.name })
    context.print(`  · ${step.summary}: ${step.check ? 'checked, ' : ''}not done`)
    return
  }
  // Inside the pause nothing is printed before the end: a slow terminal would lengthen it.
  const slow = ms > Math.max(2 * step.expectedMs, 1000) && step.expectedMs > 0
  defer(
    context,
    `  ✔ ${step.summary} (${inWords(ms)}${slow ? `, slow: expected ${inWords(step.expectedMs)}` : ''})`,
  )
}

let held: string[] = []
function defer(context: StepContext, line: string): void {
  held.push(line)
  if (context.switchover.stage === 'attempting') return
  flush(context)
}

function flush({ print }: StepContext): void {
  for (const text of held) print(text)
  held = []
}

let armedAt: number | undefined
/** Milliseconds left until the run gives up by itself; for ever outside the pause. */
function leftMs({ lift, switchover }: StepContext): number {
  if (switchover.stage !== 'attempting') {
    armedAt = undefined
    return Number.POSITIVE_INFINITY
  }
  armedAt ??= performance.now()
  return lift.site.limits.deadlineMs * ownDeadlineShare - (performance.now() - armedAt)
}

function guardDeadline(context: StepContext): void {
  if (leftMs(context) < 0) throw tooLate(context)
}

/**
 * A step that gets no answer is given up in time. Whatever of it still comes through later carries the token of
 * this attempt, which databases and gates refuse once the switchover is settled.
 */
async function withinDeadline(context: StepContext, act: () => Promise<void>): Promise<void> {
  const left = leftMs(context)
  if (left === Number.POSITIVE_INFINITY) return act()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (context.switchover.stage === 'attempting') reject(tooLate(context))
    }, left)
  })
  try {
    await Promise.race([act(), late])
  } finally {
    clearTimeout(timer)
  }
}

function tooLate({ lift }: StepContext): Error {
  const { deadlineMs } = lift.site.limits
  return new Error(
    `the pause has taken ${(deadlineMs * ownDeadlineShare).toFixed(0)} ms of its ${deadlineMs} ms: databases or gates answer too slowly`,
  )
}

/** Before the decision every failure goes back, after it every failure goes forward. */
async function recover(context: StepContext, run: RunState, cause: Error): Promise<string> {
  const message = await settleOrUndo(context, run, cause)
  // Last, because payments do not wait for it: the slot it follows would hold WAL.
  await context.switchover.rows?.close().catch(() => {})
  return message
}

async function settleOrUndo(context: StepContext, run: RunState, cause: Error): Promise<string> {
  const { lift, switchover, watchdog, by, journal } = context
  if (switchover.stage === 'lost') return cause.message
  if (switchover.stage === 'before' || !switchover.plan) {
    const left: string[] = []
    for (const name of run.done.toReversed())
      await (steps[name] as Step<never[]> | undefined)
        ?.undo?.(context)
        .catch(({ message }: Error) => left.push(`  ${name}: ${message}`))
    const what = `${cause.message}\nNothing was switched.`
    if (left.length === 0) return `${what} Mend the cause and run the runbook again.`
    return `${what} What these steps did could not be taken back:\n${left.join('\n')}\nMend the cause, then «npm run runbook -- resume (--site FILE | --stack NAME) --execute» takes it away; then run the runbook again.`
  }
  const proposal = switchover.stage === 'decided' ? 'forward' : 'back'
  try {
    const { plan } = switchover
    const unsettled = { epoch: plan.epoch, from: plan.from.side, forward: plan.forward }
    const { decision, postponed } = await settle(lift, unsettled, proposal, by)
    journal.write('settled', { decision, postponed: postponed.map((error) => error.message) })
    // What is left for the other database is the watchdog's: it keeps trying.
    if (postponed.length === 0) await watchdog.disarm(plan.epoch)
    return decision.verdict === 'back'
      ? `${cause.message}\nThe switchover went back: the ${switchover.plan.from.side} database accepts writes as before, nothing is lost.`
      : `${cause.message}\nThe switchover was decided and has been finished: the ${switchover.plan.to.side} database accepts writes.`
  } catch (error) {
    journal.write('settle-failed', { error: (error as Error).message })
    // A later switchover stands there: what this one decided was carried out, and is no longer how things are.
    if (error instanceof StaleTokenError) return `${cause.message}\n${error.message}`
    return await leaveToWatchdog(context, switchover.plan, cause, error as Error)
  }
}

/** The watchdog may have been faster and have ended our sessions: what it decided is what holds. */
async function leaveToWatchdog(
  { lift, watchdog }: StepContext,
  { epoch, from, to }: Switchover,
  cause: Error,
  trouble: Error,
): Promise<string> {
  const released = await watchdog.released(epoch, 2 * lift.site.limits.deadlineMs)
  const decision = await lift.decisions.read(epoch)
  if (released && decision) {
    const record = decision.verdict === 'back' ? from.side : to.side
    return `${cause.message}\n${decision.by} settled the switchover («${decision.verdict}»): the ${record} database accepts writes, nothing is lost.`
  }
  return `${cause.message}\nBringing the system back failed too: ${trouble.message}\nThe watchdog keeps trying; «npm run runbook -- status» shows what it does.`
}
