/**
 * Reading logs, on generated lines (text and JSON, with cold starts, restores, time-outs and other lines):
 * npx tsx benchmarks/costs.ts [--mib 128]
 * The speed is of processor time, so that a busy machine does not change it; the floor is cutting lines.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { eachLine } from '../costs/lines.ts'
import { Tally } from '../costs/tally.ts'
import { jsonLine, textLine } from '../tests/costs/samples.ts'
import { type Target, verdict } from './figures.ts'

const { values } = parseArgs({ options: { mib: { type: 'string', default: '128' } } })
const bytes = Number(values.mib) * 1024 * 1024

/** About 4 MiB of lines, one in four a report, and the sum of their Billed Duration. */
function block(): { text: string; billedMs: number; reports: number } {
  const random = xoroshiro128plus(7)
  const below = (most: number) => (random.next() >>> 0) % most
  let [text, billedMs, reports] = ['', 0, 0]
  while (text.length < 4 * 1024 * 1024) {
    const ms = (1 + below(90_000)) / 100
    const cold = below(50) === 0 ? (100 + below(90_000)) / 100 : undefined
    const restored = cold === undefined && below(50) === 0 ? 1 + below(200) : undefined
    const timedOut = below(200) === 0
    const hundredths = Math.round(ms * 100) + Math.round((cold ?? 0) * 100)
    const billed = Math.ceil(hundredths / 100) + (restored ?? 0)
    const figures = {
      ms,
      billedMs: billed,
      memoryMb: below(2) === 0 ? 512 : 1024,
      usedMb: 80 + below(90),
      timedOut,
      ...(cold !== undefined && { initMs: cold }),
      ...(restored !== undefined && { restoreMs: restored * 3, billedRestoreMs: restored }),
    }
    const start = 'START RequestId: 8f507cfc-a1b2-4c3d-9e4f-123456789abc Version: $LATEST\n'
    const own = `{"level":"INFO","time":"2026-03-01T10:00:00.000Z","msg":"settled","batch":${below(1e6)},"amount":${below(1e6)}}\n`
    const report = below(2) === 0 ? textLine(figures) : jsonLine(figures)
    text += `${start}${own}${own}${report}\n`
    billedMs += billed
    reports += 1
  }
  return { text, billedMs, reports }
}

const { text, billedMs, reports } = block()
const chunk = Buffer.from(text)
const times = Math.max(1, Math.round(bytes / chunk.length))
const megabytes = (times * chunk.length) / 1e6

/** In pieces as a file gives them. */
async function* logs(): AsyncGenerator<Buffer> {
  const size = 256 * 1024
  for (let i = 0; i < times; i++)
    for (let at = 0; at < chunk.length; at += size) yield chunk.subarray(at, at + size)
}

/** Megabytes a minute of processor time, so that a busy machine does not change them. */
async function perMinute(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (megabytes / (user + system)) * 60e6
}

/** `npm run costs`, fed; its peak memory where /proc tells it, and the billed total it found. */
async function command(): Promise<{ billedMs: number; peakMiB: number }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/costs.ts', '-', '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (data) => {
    out += data
  })
  let peakMiB = Number.NaN
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peakMiB = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peakMiB * 1024) / 1024
    } catch {}
  }
  const closed = once(child, 'close')
  for await (const piece of logs()) {
    if (!child.stdin.write(piece)) await once(child.stdin, 'drain')
    look()
  }
  child.stdin.end()
  // It adds up only now.
  const looking = setInterval(look, 10)
  await closed
  clearInterval(looking)
  return { billedMs: JSON.parse(out).total.billedMs, peakMiB }
}

const floor = await perMinute(() =>
  eachLine(
    logs(),
    () => {},
    () => {},
  ),
)
const tally = new Tally()
const speed = await perMinute(() => tally.read({ name: 'logs', functionName: 'f', chunks: logs() }))
const ran = await command()
process.stdout.write(
  `${Math.round(megabytes)} MB, ${times * reports} reports; only cutting lines: ${Math.round(floor)} MB a minute\n`,
)
const targets: Target[] = [
  { name: 'MB of logs a minute on one core', value: speed, atLeast: 500 },
  { name: 'times the floor', value: floor / speed, atMost: 20 },
  {
    name: 'peak memory of the command, MiB',
    value: ran.peakMiB,
    atMost: 190,
    skipped: Number.isNaN(ran.peakMiB),
  },
  {
    name: 'billed total against the sum of Billed Duration, % off',
    value: Math.abs(ran.billedMs / (times * billedMs) - 1) * 100,
    atMost: 0.1,
  },
]
process.exitCode = verdict(targets) ? 0 : 1
