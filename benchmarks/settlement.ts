/**
 * A settlement file of 1 GB, generated, checked as the function checks it: npx tsx benchmarks/settlement.ts [--mib 1000]
 * In a process of its own whose peak memory /proc tells. Making the file is measured by itself and taken off; hashing the
 * bytes is told beside it, as what no reader can do without. A file with a duplicate in its last line must be rejected there.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Rejection, readSettlement } from '../services/settlement/read.ts'
import { type Target, verdict } from './figures.ts'

const { values } = parseArgs({
  options: { mib: { type: 'string', default: '1000' }, part: { type: 'string' } },
})
const bytes = Number(values.mib) * 1024 * 1024
const perChunk = 2000

let records = 0
/** Pieces of about 100 KB, as S3 gives them, of lines of about 50 bytes. */
async function* file(last: 'whole' | 'duplicate'): AsyncGenerator<Buffer> {
  yield Buffer.from('H,1,BENCH-2026-03-01,2026-03-01,NET\n')
  records = 0
  let sum = 0n
  for (let written = 0; written < bytes; ) {
    let text = ''
    for (let at = 0; at < perChunk; at++) {
      records++
      const amount = 100 + (records % 900)
      sum += BigInt(amount)
      text += `R,${String(records).padStart(23, '0')},pay_${1_000_000_000 + records},EUR,${amount}\n`
    }
    written += text.length
    yield Buffer.from(text)
  }
  if (last === 'duplicate') yield Buffer.from(`R,${String(records).padStart(23, '0')},pay_1,EUR,1\n`)
  yield Buffer.from(`T,${records},${sum}\n`)
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const peakMib = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

if (values.part) {
  const begin = cpuMs()
  let result = ''
  if (values.part === 'making') {
    for await (const _ of file('whole'));
  } else if (values.part === 'hashing') {
    const hash = createHash('sha256')
    for await (const chunk of file('whole')) hash.update(chunk)
  } else if (values.part === 'whole') {
    // As the second reading does it, which hands over batches.
    const checked = await readSettlement(file('whole'), { batch: 500, entries: async () => {} })
    result = String(checked.records)
  } else {
    try {
      await readSettlement(file('duplicate'))
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      result = String(error.problems[0]!.line)
    }
  }
  process.stdout.write(JSON.stringify({ ms: cpuMs() - begin, peakMib: peakMib(), records, result }))
  process.exit(0)
}

interface Figures {
  ms: number
  peakMib: number
  records: number
  result: string
}
const measure = (part: string) =>
  new Promise<Figures>((resolve, reject) => {
    const args = ['--import', 'tsx', 'benchmarks/settlement.ts', '--part', part, '--mib', values.mib]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`${part} failed`))))
  })

const making = await measure('making')
const [hashing, whole, duplicate] = [
  await measure('hashing'),
  await measure('whole'),
  await measure('duplicate'),
]
const seconds = ({ ms }: Figures) => (ms - making.ms) / 1000
process.stdout.write(
  `${Math.round(bytes / 1e6)} MB, ${whole.records} records; ${seconds(whole).toFixed(1)} s of processor time, hashing the bytes alone ${seconds(hashing).toFixed(1)} s\n`,
)
const targets: Target[] = [
  { name: 'peak memory, MiB', value: Math.max(whole.peakMib, duplicate.peakMib), atMost: 256 },
  // 1 GB is read twice in the 15 minutes that a function has, and most of them are for posting.
  { name: 'MB a second of processor time', value: bytes / 1e6 / seconds(whole), atLeast: 5 },
  {
    name: 'records read, % of those written',
    value: (100 * Number(whole.result)) / whole.records,
    atLeast: 100,
  },
  {
    name: 'line of the duplicate, from the one it stands in',
    value: Number(duplicate.result) - (duplicate.records + 2),
    atLeast: 0,
    atMost: 0,
  },
]
process.exitCode = verdict(targets) ? 0 : 1
