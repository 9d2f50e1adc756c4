import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Prices, readPrices } from '../prices/list.ts'
import { decide } from './decide.ts'
import { type Placement, placementText } from './text.ts'
import { whatChanges } from './what-changes.ts'
import { parseWorkloads, WorkloadError } from './workload.ts'

export const usage = `npm run placement -- FILE [--json]   function, Fargate or host, for each workload of a YAML file

  workloads:
    webhooks:
      requestsPerSecond: 20         # mean over the month
      peakRequestsPerSecond: 100    # of a burst; default: the mean
      durationMs: 250               # mean of a request
      cpuMs: 20                     # processor time of a request; default: all a function gets
      memoryMb: 512
      longConnections: false        # default
      imageMb: 50                   # default
      hostAccess: false             # default
      architecture: arm64           # default; or x86_64
Exit code: 0 answered, 2 not.
`

/** The answer for every workload of a file, by name. */
export function placementsOf(text: string, file: string, prices: Prices = readPrices()): Placement[] {
  return [...parseWorkloads(text, file)].map(([name, workload]) => {
    try {
      return { name, ...decide(workload, prices), changes: whatChanges(workload, prices) }
    } catch (error) {
      throw error instanceof RangeError
        ? new WorkloadError(`${file}: ${name} runs nowhere: ${error.message}`)
        : error
    }
  })
}

/** What the command prints, or a WorkloadError. */
export function placement(args: string[]): string {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  })
  if (values.help) return usage
  const [file, ...more] = positionals
  if (file === undefined || more.length > 0) throw new WorkloadError(`name one file\n${usage}`)
  const placements = placementsOf(read(file), file)
  return values.json ? `${JSON.stringify(placements, null, 2)}\n` : placementText(placements, readPrices())
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new WorkloadError(
      `${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`,
    )
  }
}
