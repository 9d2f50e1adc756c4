import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { pgbouncerVersion } from '../pgbouncer/server.ts'
import type { GateKind } from '../world/services.ts'
import { chooseCloud, mostSeed, newSeed, parseFlags, UsageError, wholeNumber } from './usage.ts'

export interface RehearsalOptions {
  /** Authorisations a second. */
  rate: number
  report: string
  gate: GateKind
  /** `1.18.0`; only of a PgBouncer that is used. */
  pgbouncer?: string
  seed: number
  /** Goes through the AWS SDK to an emulator on this machine. */
  aws?: 'moto'
  /** Leaves the world running at the end, until Ctrl-C. */
  keep: boolean
  /** Parts that are not there, each with how to get it. */
  skipped: string[]
}

export const usage = `npm run rehearse -- [--rate 200] [--report DIR] [--gate auto|pgbouncer|service] [--aws moto] [--seed N] [--keep]

  --rate     authorisations a second, 20 to 2000; captures, refunds and reads come on top (default 200)
  --report   folder for report.json and report.html (default ./report)
  --gate     what holds writes: PgBouncer, or the service's own pool; auto takes PgBouncer if it is installed
  --aws      moto: weights, journal, decisions, route and hold through the AWS SDK, to an emulator on this machine
  --seed     the same seed gives the same payments (default: a new one, printed)
  --keep     leave servers and services running at the end, until Ctrl-C`

/** At 1 % the 51st request is the first that goes to the cloud side, and each weight is watched for 5 s. */
const leastRate = 20

const flags = {
  rate: { type: 'string', default: '200' },
  report: { type: 'string' },
  gate: { type: 'string' },
  seed: { type: 'string' },
  aws: { type: 'string' },
  keep: { type: 'boolean' },
} as const

/** Two servers, their WAL and the logs of a run at the highest rate. */
const bytesNeeded = 2 * 1024 ** 3

export async function readOptions(argv: string[]): Promise<RehearsalOptions> {
  const values = parseFlags(argv, flags, usage)
  const rate = wholeNumber('--rate', values.rate, leastRate, 2000)
  const seed = values.seed === undefined ? newSeed() : wholeNumber('--seed', values.seed, 0, mostSeed)
  const { bavail, bsize } = diskOf(tmpdir())
  if (bavail * bsize < bytesNeeded) {
    throw new UsageError(
      `not enough disk space in ${tmpdir()}: ${Math.floor((bavail * bsize) / 1024 ** 2)} MB are free, a rehearsal needs ${bytesNeeded / 1024 ** 2} MB; free some, or set TMPDIR to another disk`,
    )
  }
  return {
    rate,
    seed,
    report: values.report ?? 'report',
    keep: values.keep ?? false,
    ...(await chooseGate(values.gate ?? 'auto')),
    ...(await chooseCloud(values.aws)),
  }
}

function diskOf(folder: string) {
  try {
    return statfsSync(folder)
  } catch (error) {
    throw new UsageError(
      `the folder for temporary files cannot be used: ${(error as Error).message}; set TMPDIR to another`,
    )
  }
}

async function chooseGate(asked: string): Promise<Pick<RehearsalOptions, 'gate' | 'pgbouncer' | 'skipped'>> {
  if (!['auto', 'pgbouncer', 'service'].includes(asked)) {
    throw new UsageError(`--gate ${asked}: choose auto, pgbouncer or service`)
  }
  if (asked === 'service') return { gate: 'service', skipped: [] }
  const version = await pgbouncerVersion()
  if (version) return { gate: 'pgbouncer', pgbouncer: version, skipped: [] }
  const how = 'apt-get install pgbouncer, or brew install pgbouncer'
  if (asked === 'pgbouncer') throw new UsageError(`--gate pgbouncer: PgBouncer is not installed (${how})`)
  return { gate: 'service', skipped: [`PgBouncer as the write gate: ${how}`] }
}
