import { pgbouncerVersion } from '../pgbouncer/server.ts'
import { chooseCloud, mostSeed, newSeed, parseFlags, UsageError, wholeNumber } from '../run/usage.ts'
import type { GateKind } from '../world/services.ts'
import { named, type Trial, trials } from './trials.ts'

export const usage = `npm run faults -- [--only NAME] [--runs 200] [--seed N] [--deadline 2000] [--asleep 0] [--rate 20] [--aws moto]

  --only      ${named.join(', ')}, or a part of a fault's name; all when left out
  --runs      how many kills at random moments (default 200)
  --seed      the same seed gives the same moments (default: a new one, printed)
  --deadline  limits.deadlineMs of the site: when the watchdog decides (default 2000)
  --asleep    how long a runner sleeps at least that is stopped and woken (default 0: until the watchdog has decided)
  --rate      authorisations a second meanwhile (default 20)
  --aws       moto: journal, decisions and routes through the AWS SDK, to an emulator; S3 takes a deadline of 5000`

export interface FaultOptions {
  seed: number
  /** Milliseconds. */
  deadlineMs: number
  /** Authorisations a second. */
  rate: number
  gate: GateKind
  aws?: 'moto'
  /** In the order they are tried. */
  chosen: Trial[]
}

const flags = {
  only: { type: 'string' },
  runs: { type: 'string', default: '200' },
  seed: { type: 'string' },
  deadline: { type: 'string', default: '2000' },
  asleep: { type: 'string', default: '0' },
  rate: { type: 'string', default: '20' },
  aws: { type: 'string' },
} as const

/** @throws UsageError */
export async function readFaultOptions(argv: string[]): Promise<FaultOptions> {
  const values = parseFlags(argv, flags, usage)
  const seed = values.seed === undefined ? newSeed() : wholeNumber('--seed', values.seed, 0, mostSeed)
  const runs = wholeNumber('--runs', values.runs, 1, 100_000)
  const asleepMs = wholeNumber('--asleep', values.asleep, 0, 3_600_000)
  const deadlineMs = wholeNumber('--deadline', values.deadline, 500, 60_000)
  const rate = wholeNumber('--rate', values.rate, 1, 2000)
  const cloud = await chooseCloud(values.aws)
  const gate = (await pgbouncerVersion()) ? 'pgbouncer' : 'service'
  const chosen = trials({ only: values.only, runs, seed, asleepMs, aws: 'aws' in cloud, gate })
  if (chosen.length === 0)
    throw new UsageError(`--only ${values.only}: no fault has that in its name. Usage:\n\n${usage}`)
  return { seed, deadlineMs, rate, gate, chosen, ...cloud }
}
