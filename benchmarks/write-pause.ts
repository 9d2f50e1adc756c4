/**
 * The write pause against its floor: npx tsx benchmarks/write-pause.ts [--tps 100,500,1000] [--rows 1,10] [--times 6]
 * The floor is the same steps by hand, in the same world and in turn with the real ones: hold, fence, drain,
 * sequences, turn replication round, open, route, let go, with nothing checked, recorded or guarded. A pause is the
 * longest wait of a transaction of pgbench's, or of a probe that writes through the pooler without a rest. Rows are in
 * millions; 50 takes 15 GB of disk and is asked for with --rows 1,10,50.
 */
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { measurePauses } from '../rehearsal/pgbench/pauses.ts'
import { demandParts } from '../rehearsal/pgbench/program.ts'
import { quantile, type Target, verdict } from './figures.ts'

const { values } = parseArgs({
  options: {
    tps: { type: 'string', default: '100,500,1000' },
    rows: { type: 'string', default: '1,10' },
    times: { type: 'string', default: '6' },
  },
})
const list = (text: string) => text.split(',').map(Number)
const bytesOfAMillion = 300 * 1024 ** 2
await demandParts()

const targets: Target[] = []
const medians = new Map<string, number>()
for (const millions of list(values.rows)) {
  const { bavail, bsize } = statfsSync(tmpdir())
  const fits = bavail * bsize > 2 * millions * bytesOfAMillion
  if (!fits) {
    console.log(
      `${millions} M rows left out: ${tmpdir()} has only ${Math.round((bavail * bsize) / 1024 ** 3)} GB free`,
    )
    continue
  }
  const series = await measurePauses({
    accounts: millions * 1_000_000,
    tps: list(values.tps),
    times: Number(values.times),
    say: (text) => console.log(text),
  })
  for (const { tps, realMs, floorMs } of series) {
    const [real, floor] = [quantile(realMs, 0.5), quantile(floorMs, 0.5)]
    medians.set(`${millions}/${tps}`, real / floor)
    console.log(
      `${millions} M rows, ${tps} a second: median ${real.toFixed(0)} ms, worst ${Math.max(...realMs).toFixed(0)}; floor ${floor.toFixed(0)}, worst ${Math.max(...floorMs).toFixed(0)}; ratio ${(real / floor).toFixed(2)}`,
    )
    targets.push({
      name: `${millions} M rows, ${tps} a second, times the floor`,
      value: real / floor,
      atMost: 2.5,
    })
  }
}
if (targets.length === 0) {
  console.error('nothing was measured')
  process.exit(1)
}
const [least, ...more] = list(values.rows)
for (const millions of more)
  for (const tps of list(values.tps)) {
    const [small, large] = [medians.get(`${least}/${tps}`), medians.get(`${millions}/${tps}`)]
    targets.push({
      name: `${millions} M rows against ${least} M, ${tps} a second, ratio of ratios`,
      value: (large ?? 0) / (small ?? 1),
      atMost: 1.5,
      skipped: large === undefined || small === undefined,
    })
  }
process.exitCode = verdict(targets) ? 0 : 1
process.exit()
