/**
 * pgbench's own TPC-B through a whole lift: npx tsx benchmarks/pgbench.ts [--accounts 1000000] [--tps 500] [--switches 20]
 * Replicates, then cuts over and rolls back again and again under load with the real runbooks. pgbench must report no
 * failed transaction, and its four sums must be the same on both sides.
 */
import { parseArgs } from 'node:util'
import { liftPgbench } from '../rehearsal/pgbench/lift.ts'
import { demandParts } from '../rehearsal/pgbench/program.ts'
import { quantile, verdict } from './figures.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '1000000' },
    tps: { type: 'string', default: '500' },
    switches: { type: 'string', default: '20' },
  },
})
await demandParts()
const lifted = await liftPgbench({
  accounts: Number(values.accounts),
  tps: Number(values.tps),
  switches: Number(values.switches),
  say: (text) => console.log(text),
})
const { pausesMs, failed, processed, sums, warmPausesMs } = lifted
console.log(`${processed} transactions, ${failed} failed, sums ${JSON.stringify(sums)}`)
console.log(
  `pauses, ms: ${pausesMs.map((ms) => ms.toFixed(0)).join(' ')}; longest without one: ${warmPausesMs.toFixed(0)}`,
)
process.exitCode = verdict([
  { name: 'failed transactions', value: failed, atMost: 0 },
  { name: 'sums that differ', value: lifted.differing, atMost: 0 },
  { name: 'write pause, median, ms', value: quantile(pausesMs, 0.5), atMost: 100 },
  { name: `write pause, worst of ${pausesMs.length}, ms`, value: Math.max(...pausesMs), atMost: 400 },
])
  ? 0
  : 1
process.exit()
