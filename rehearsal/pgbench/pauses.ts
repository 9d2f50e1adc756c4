import { otherSide } from '../../migration/database.ts'
import type { Side } from '../../migration/gate/gate.ts'
import { condition } from '../faults/condition.ts'
import { switchByHand } from './by-hand.ts'
import { type Interval, runInPause } from './lift.ts'
import { startPgbench } from './load.ts'
import { openProbe, type Probe } from './probe.ts'
import { findPgbench } from './program.ts'
import { createPgbenchWorld } from './world.ts'

export interface Pauses {
  tps: number
  /** The longest a transaction waited in each switchover by the runbooks, of the load or of the probe, milliseconds. */
  realMs: number[]
  /** And in each by hand. */
  floorMs: number[]
}

export interface PausesOptions {
  accounts: number
  tps: number[]
  /** Switchovers of each kind at each rate. */
  times: number
  say?(text: string): void
}

/** Switches over by the runbooks and by hand in turn, in one world, at one rate after the other. */
export async function measurePauses({
  accounts,
  tps,
  times,
  say = () => {},
}: PausesOptions): Promise<Pauses[]> {
  const world = await createPgbenchWorld({
    accounts,
    settings: { shared_buffers: '512MB', max_wal_size: '4GB' },
  })
  try {
    await runInPause(world, 'replicate')
    say(`replicated ${accounts} accounts`)
    const probe = await openProbe(world)
    let record: Side = 'source'
    const measured: Pauses[] = []
    for (const rate of tps) {
      const load = startPgbench(world, findPgbench() ?? 'pgbench', { tps: rate })
      const real: Probed[] = []
      const floor: Probed[] = []
      for (let at = 0; at < 2 * times; at++) {
        // In pairs, so that each kind goes in both directions as often as the other.
        const byRunbook = at % 4 === 0 || at % 4 === 3
        const probed = await underProbe(probe, (pause) =>
          byRunbook
            ? runInPause(world, record === 'source' ? 'cutover' : 'rollback', pause)
            : switchByHand(world, record, pause),
        )
        ;(byRunbook ? real : floor).push(probed)
        record = otherSide(record)
      }
      const { failed } = await load.stop()
      if (failed > 0) throw new Error(`pgbench reports ${failed} failed transactions`)
      const longest = ({ fromMs, untilMs, probedMs }: Probed) =>
        Math.max(probedMs, load.longest(fromMs, untilMs))
      measured.push({ tps: rate, realMs: real.map(longest), floorMs: floor.map(longest) })
    }
    await probe.close()
    const { problems } = await condition(world.siteFile)
    if (problems.length > 0) throw new Error(problems.join('; '))
    return measured
  } finally {
    await world.close()
  }
}

type Probed = Interval & { probedMs: number }

async function underProbe(
  probe: Probe,
  switchOver: (pause: { begins(): void; ends(): void }) => Promise<Interval>,
): Promise<Probed> {
  let ended: Promise<number> | undefined
  const interval = await switchOver({
    begins: probe.begin,
    ends() {
      ended = probe.end()
    },
  })
  return { ...interval, probedMs: (await ended) ?? 0 }
}
