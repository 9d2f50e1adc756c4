import { parseArgs } from 'node:util'
import { type Architecture, architectures } from '../prices/list.ts'
import { CostsError } from './errors.ts'
import { parsePeriod } from './period.ts'
import { type Rounding, roundings } from './rounding.ts'

export const usage = `npm run costs -- [FILE…|-] [options]                   REPORT lines, text or JSON, gzip or plain
npm run costs -- --log-group NAME [--since 7d]         the same from CloudWatch Logs Insights

  --log-group NAME      may be given several times; AWS adds up, nothing is downloaded
  --since 7d            how far back: m, h, d or w; default 7d
  --period 30d          what the files cover, where their lines do not say
  --architecture NAME   x86_64 (default) or arm64: a report does not say which
  --rounding RULE       billed (default) as the lines say; 1ms today's rule; 100ms as until December 2020
  --function NAME       what lines are about that do not say; default: the name of the file
  --json                print the figures as JSON
  --html FILE           also write a page with plots
Exit code: 0 figures printed, 2 none.
`

export interface CostsArguments {
  help: boolean
  files: string[]
  logGroups: string[]
  since: { text: string; ms: number }
  periodMs?: number
  architecture: Architecture
  rounding: Rounding
  functionName?: string
  json: boolean
  html?: string
}

/** Throws a CostsError, or what node:util throws for an unknown option. */
export function parseArguments(args: string[]): CostsArguments {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'log-group': { type: 'string', multiple: true, default: [] },
      since: { type: 'string' },
      period: { type: 'string' },
      architecture: { type: 'string', default: 'x86_64' },
      rounding: { type: 'string', default: 'billed' },
      function: { type: 'string' },
      json: { type: 'boolean', default: false },
      html: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const logGroups = values['log-group']
  if (logGroups.length > 0 && positionals.length > 0)
    throw new CostsError('give files or --log-group, not both')
  if (logGroups.length > 50) throw new CostsError('--log-group: Insights takes at most 50 log groups a query')
  if (values.since !== undefined && logGroups.length === 0)
    throw new CostsError('--since goes with --log-group; files say themselves, or --period does')
  if (values.period !== undefined && logGroups.length > 0)
    throw new CostsError('--period goes with files; with --log-group it is --since')
  const since = values.since ?? '7d'
  return {
    help: values.help,
    files: positionals,
    logGroups,
    since: { text: since, ms: period('--since', since) },
    ...(values.period !== undefined && { periodMs: period('--period', values.period) }),
    architecture: oneOf('--architecture', values.architecture, architectures),
    rounding: oneOf('--rounding', values.rounding, roundings),
    ...(values.function !== undefined && { functionName: values.function }),
    json: values.json,
    ...(values.html !== undefined && { html: values.html }),
  }
}

function period(option: string, text: string): number {
  const ms = parsePeriod(text)
  if (ms === undefined) throw new CostsError(`${option} ${text}: write a number and m, h, d or w, such as 7d`)
  return ms
}

function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (!found) throw new CostsError(`${option} ${value}: choose ${choices.join(', ')}`)
  return found
}
