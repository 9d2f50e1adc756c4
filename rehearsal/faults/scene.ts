import { otherSide } from '../../migration/database.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { resume } from '../../migration/resume.ts'
import { readSite } from '../../migration/site.ts'
import { decisionsOf } from './condition.ts'
import { type Outcome, untilSettled } from './kills.ts'
import { answer, withApprovers } from './refusals.ts'
import { type Point, type Runner, startRunner } from './runner.ts'
import type { Stage } from './stage.ts'
import { runbookFrom } from './switch-over.ts'

/** What a fault has to work with. */
export interface Scene {
  stage: Stage
  /** The side that is being left. */
  from: Side
  runner: Runner
  /** The site file that it reads. */
  siteFile: string
  /** Done when the scene is over, however it ended. */
  cleanUp(act: () => unknown): void
}

export interface PauseFault {
  name: string
  at: Point
  /** It is done to a PgBouncer. */
  ofPooler?: true
  /** Somebody must agree to the runbook; `given`: Anna does. Nobody is asked when left out. */
  approval?: 'asked' | 'given'
  /** While the runner is held there. */
  during(scene: Scene): Promise<void>
  /** After it was let go, while it and the watchdog deal with it. */
  meanwhile?(scene: Scene): Promise<void>
  /** Once it is settled. */
  after?(scene: Scene): Promise<void>
  /** How the switchover must end. */
  verdict: 'forward' | 'back' | 'either'
  /** What the operator must be told. */
  says?: RegExp
}

/** Switches over with one fault on the way and looks whether everything is as it must be. */
export async function play(stage: Stage, fault: PauseFault): Promise<Outcome & { verdict: string }> {
  const from = await stage.sound()
  const site = readSite(stage.world.siteFile)
  const before = (await decisionsOf(site)).length
  const ends: (() => unknown)[] = []
  const siteFile = fault.approval ? withApprovers(stage.world) : stage.world.siteFile
  const runner = startRunner({
    ...stage.world,
    siteFile,
    runbook: runbookFrom(from),
    hold: [fault.at],
    env: { LIFT_AS: 'the operator' },
  })
  const scene: Scene = { stage, from, runner, siteFile, cleanUp: (act) => ends.push(act) }
  const began = Date.now()
  try {
    if (fault.approval === 'given') await answer(siteFile, 'anna', 'yes')
    if (!(await runner.reached(fault.at)))
      throw new Error(`the runner ended before «${fault.at}»:\n${(await runner.ended).output}`)
    await fault.during(scene)
    runner.goOn()
    await fault.meanwhile?.(scene)
    const { output } = await runner.ended
    if (fault.says && !fault.says.test(output))
      throw new Error(`the operator was not told ${fault.says}, but:\n${output}`)
    await untilSettled(stage)
    await fault.after?.(scene)
  } finally {
    for (const end of ends) await end()
    runner.child.kill('SIGKILL')
  }
  const { writePauseMs } = await stage.load.pauseBetween(began, Date.now())
  await resume(site, 'the morning after')
  const record = await stage.sound()
  const made = (await decisionsOf(site)).slice(before)
  const verdict = made[0]?.verdict ?? 'back'
  if (made.length > 1) throw new Error(`${made.length} decisions of one switchover`)
  if (fault.verdict !== 'either' && fault.verdict !== verdict)
    throw new Error(`it went ${verdict}, not ${fault.verdict}:\n${(await runner.ended).output}`)
  if (record !== (verdict === 'forward' ? otherSide(from) : from))
    throw new Error(`the decision is ${verdict}, and the ${record} accepts writes`)
  return { from, record, writePauseMs, verdict }
}
