import { type Kill, killAndRescue, type Outcome, switchoverSteps } from './kills.ts'
import { bucketFaults, pauseFaults } from './pause-faults.ts'
import { described, everyKill, lateKills, randomKills } from './random-kills.ts'
import { refusals } from './refusals.ts'
import type { Point } from './runner.ts'
import { canMount, diskFull, jumpingClocks, jumpingClocksAlone, sleeper } from './runner-faults.ts'
import { type PauseFault, play } from './scene.ts'
import type { Stage } from './stage.ts'

export interface Trial {
  name: string
  /** Nobody comes back: writes must be possible again within the deadline and a second. */
  bounded: boolean
  run(stage: Stage): Promise<Outcome>
}

/** What `--only` may name, beside a part of a name. */
export const named = ['every-kill', 'random-kills', 'late-kills', 'pause', 'sleepers'] as const

export function trials({
  only,
  runs,
  seed,
  asleepMs,
  aws,
}: {
  only: string | undefined
  runs: number
  seed: number
  /** How long a runner sleeps at least. */
  asleepMs: number
  /** The stage is in AWS: what falls out in the pause is the bucket. */
  aws: boolean
}): Trial[] {
  const groups: Record<(typeof named)[number], Trial[]> = {
    'every-kill': everyKill().map(killTrial),
    'random-kills': randomKills(seed, runs).map(killTrial),
    'late-kills': lateKills.map(killTrial),
    pause: aws ? bucketFaults.map(faultTrial) : inThePause(),
    sleepers: sleepers(asleepMs),
  }
  if (only === undefined) return Object.values(groups).flat()
  const group = groups[only as keyof typeof groups]
  if (group) return group
  return [...groups.pause, ...groups.sleepers, ...groups['late-kills'], ...groups['every-kill']].filter(
    ({ name }) => name.includes(only),
  )
}

export const killTrial = (kill: Kill): Trial => ({
  name: described(kill),
  bounded: kill.rescue === 'nobody' && kill.victim !== 'watchdog',
  run: (stage) => killAndRescue(stage, kill),
})

const faultTrial = (fault: PauseFault): Trial => ({
  name: fault.name,
  bounded: false,
  run: (stage) => play(stage, fault),
})

function inThePause(): Trial[] {
  const full = (['before drain', 'after decide'] as const).map(
    (at): Trial => ({
      name: `disk of the journal full ${at}${canMount() ? '' : ' (left out: it takes the right to mount a full file system)'}`,
      bounded: false,
      async run(stage) {
        if (canMount()) return diskFull(stage, at)
        const record = await stage.sound()
        return { from: record, record, writePauseMs: 0 }
      },
    }),
  )
  const faults = [...pauseFaults, ...refusals, jumpingClocks, jumpingClocksAlone].map(faultTrial)
  return [...faults, ...full]
}

const asleep = switchoverSteps.map((step): Point => `before ${step}`)

function sleepers(leastMs: number): Trial[] {
  return asleep.flatMap((at) =>
    [false, true].map(
      (later): Trial => ({
        name: `a runner that sleeps ${at} and wakes after ${later ? 'a later switchover' : 'the watchdog decided'}`,
        bounded: false,
        run: (stage) => sleeper(stage, at, later, leastMs),
      }),
    ),
  )
}
