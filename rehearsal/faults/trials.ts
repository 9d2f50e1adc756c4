import type { Side } from '../../migration/gate/gate.ts'
import { pauseSteps } from '../../migration/steps/index.ts'
import type { GateKind } from '../world/services.ts'
import { type Kill, killAndRescue, type Outcome, switchoverSteps } from './kills.ts'
import { bucketFaults, pauseFaults } from './pause-faults.ts'
import { described, everyKill, lateKills, randomKills } from './random-kills.ts'
import { refusals } from './refusals.ts'
import { canMount, diskFull, jumpingClocks, sleeper } from './runner-faults.ts'
import { type PauseFault, play } from './scene.ts'
import type { Stage } from './stage.ts'
import { switchOver } from './switch-over.ts'

export interface Trial {
  name: string
  /** What this machine lacks for it; then it is not run, and nothing is said of it but that. */
  lacks?: string
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
  gate,
}: {
  only: string | undefined
  runs: number
  seed: number
  /** How long a runner sleeps at least. */
  asleepMs: number
  /** The stage is in AWS: what falls out in the pause is the bucket. */
  aws: boolean
  gate: GateKind
}): Trial[] {
  const groups: Record<(typeof named)[number], Trial[]> = {
    'every-kill': everyKill().flatMap(bothWays),
    'random-kills': randomKills(seed, runs).map(killTrial),
    'late-kills': lateKills.map(killTrial),
    pause: aws ? bucketFaults.map((fault) => faultTrial(fault, gate)) : inThePause(gate),
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

/** Whoever comes second begins at the side that the first did not begin at. */
function bothWays([one, other]: [Kill, Kill]): Trial[] {
  let first: Side | undefined
  return [
    {
      ...killTrial(one),
      async run(stage) {
        first = await stage.sound()
        return killAndRescue(stage, one)
      },
    },
    {
      ...killTrial(other),
      async run(stage) {
        if ((await stage.sound()) === first) await switchOver(stage)
        return killAndRescue(stage, other)
      },
    },
  ]
}

const faultTrial = (fault: PauseFault, gate: GateKind): Trial => ({
  name: fault.name,
  ...(fault.ofPooler && gate !== 'pgbouncer' && { lacks: 'PgBouncer (apt-get install pgbouncer)' }),
  bounded: false,
  run: (stage) => play(stage, fault),
})

function inThePause(gate: GateKind): Trial[] {
  const full = (['before drain', 'after decide'] as const).map(
    (at): Trial => ({
      name: `disk of the journal full ${at}`,
      ...(!canMount() && { lacks: 'the right to mount a full file system, as root has outside a container' }),
      bounded: false,
      run: (stage) => diskFull(stage, at),
    }),
  )
  const faults = [...pauseFaults, ...refusals, ...jumpingClocks].map((fault) => faultTrial(fault, gate))
  return [...faults, ...full]
}

/** While the watchdog guards the switchover, and so decides; before and after it a sleeper keeps nobody waiting. */
const guarded: readonly string[] = [...pauseSteps, 'clear-away']

const sleepers = (leastMs: number): Trial[] =>
  switchoverSteps.flatMap((step) =>
    (guarded.includes(step) ? [false, true] : [true]).map(
      (later): Trial => ({
        name: `a runner that sleeps before ${step} and wakes after ${later ? 'a later switchover' : 'the watchdog decided'}`,
        bounded: false,
        run: (stage) => sleeper(stage, `before ${step}`, later, leastMs),
      }),
    ),
  )
