/**
 * Rehearsals in a row, each with another seed: npx tsx benchmarks/rehearsals.ts [--runs 3] [--rates 200,500] [--gates service,pgbouncer] [--seed 1]
 * Twenty runs at both rates with both gates take 75 minutes. Nothing else should run: a write pause is measured by its
 * clients, and a machine that is busy makes them wait.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Report } from '../rehearsal/report/data.ts'
import { quantile, type Target, verdict } from './figures.ts'
import { root } from './process.ts'

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    rates: { type: 'string', default: '200,500' },
    gates: { type: 'string', default: 'service,pgbouncer' },
    seed: { type: 'string', default: '1' },
  },
})
const folder = mkdtempSync(join(tmpdir(), 'lift-rehearsals-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
// The rehearsal that runs is told by the terminal too, and ends what it started; this waits for it.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => running?.kill('SIGTERM'))

let running: ReturnType<typeof spawn> | undefined
/** The report of one rehearsal; what it printed, when there is none. */
async function rehearse(gate: string, rate: string, seed: number): Promise<Report> {
  const report = join(folder, `${gate}-${rate}-${seed}`)
  const words = ['--gate', gate, '--rate', rate, '--seed', String(seed), '--report', report]
  const child = spawn(process.execPath, ['start/start.mjs', 'rehearse', ...words], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += text))
  const code = await new Promise<number | null>((ended) => child.on('close', ended))
  const file = join(report, 'report.json')
  if ((code === 0 || code === 1) && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'))
  process.stderr.write(printed)
  process.exit(code ?? 1)
}

const targets: Target[] = []
for (const gate of values.gates.split(','))
  for (const rate of values.rates.split(',')) {
    const pauses: number[] = []
    const of25: number[] = []
    let passed = 0
    for (let run = 0; run < Number(values.runs); run++) {
      const seed = Number(values.seed) + run
      const report = await rehearse(gate, rate, seed)
      const { acknowledged, failed, lost, duplicated, misposted } = report.payments
      const whole = failed + lost + duplicated + misposted === 0 && report.ledger.balanced
      if (report.verdict === 'pass' && whole) passed++
      const own = report.switchovers.map(({ writePauseMs }) => writePauseMs)
      pauses.push(...own)
      for (const { weight, cloud, onPremises } of report.shift)
        if (weight === 25) of25.push((100 * cloud) / (cloud + onPremises))
      console.log(
        `${gate}, ${rate} a second, seed ${seed}: ${report.verdict}, ${acknowledged} acknowledged, ${failed} failed, ${lost} lost, ${duplicated} doubled, ${misposted} misposted, ledger ${report.ledger.balanced ? 'balanced' : 'NOT balanced'}; pauses ${own.map((ms) => ms.toFixed(0)).join(', ')} ms; ${(report.durationMs / 1000).toFixed(0)} s`,
      )
    }
    const of = `${gate}, ${rate} a second`
    targets.push({ name: `${of}: rehearsals passed`, value: passed, atLeast: Number(values.runs) })
    const off = quantile(
      of25.map((percent) => Math.abs(percent - 25)),
      1,
    )
    targets.push({ name: `${of}: weight 25 off by, percentage points`, value: off, atMost: 3 })
    targets.push({ name: `${of}: pause, median, ms`, value: quantile(pauses, 0.5), atMost: 100 })
    targets.push({
      name: `${of}: pause, worst of ${pauses.length}, ms`,
      value: quantile(pauses, 1),
      atMost: 500,
    })
  }
process.exitCode = verdict(targets) ? 0 : 1
