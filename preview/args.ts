import { accessSync, constants } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Phase, phases, type Removal } from '../phases.ts'
import { nearest } from '../settings/nearest.ts'
import type { RecordOptions } from './record.ts'

export const usage = `npm run preview -- --stack NAME [options]

  --stack NAME             dev, staging, prod: whose settings
  --phase PHASE            instead of the settings' phase: ${phases.join(', ')}
  --weight N               instead of the settings' weight, percent to the cloud
  --removal STEP           instead of the settings' removal: unprotect, remove
  --from-phase PHASE       the phase deployed before, or none (default: the same phase)
  --from-weight N          the weight deployed before (default: the same weight)
  --json                   for programs
  --terraform-plan FILE    writes the same as a Terraform plan, for scanners that read those

npm run preview -- --base REF --help    what a change would do, stack by stack
`

/** Flags that cannot be used. Shown without a stack trace, exit 2. */
export class ArgsError extends Error {
  override readonly name = 'ArgsError'
}

const flags = {
  stack: { type: 'string' },
  phase: { type: 'string' },
  weight: { type: 'string' },
  removal: { type: 'string' },
  'from-phase': { type: 'string' },
  'from-weight': { type: 'string' },
  json: { type: 'boolean' },
  'terraform-plan': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

export interface PreviewArgs {
  options: RecordOptions
  show: { json: boolean; help: boolean; terraformPlan: string | undefined }
}

function oneOf<Word extends string>(
  flag: string,
  value: string | undefined,
  known: readonly Word[],
): Word | undefined {
  if (value === undefined || known.includes(value as Word)) return value as Word | undefined
  throw new ArgsError(
    `--${flag} ${value}: write one of ${known.join(', ')}; the nearest is ${nearest(value, known)}`,
  )
}

function percent(flag: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,3}$/.test(value) && Number(value) <= 100) return Number(value)
  throw new ArgsError(`--${flag} ${value}: write a whole number from 0 to 100`)
}

function writableFile(path: string | undefined): string | undefined {
  if (path === undefined) return undefined
  try {
    accessSync(dirname(resolve(path)), constants.W_OK)
  } catch {
    throw new ArgsError(`--terraform-plan ${path}: its folder is not there or cannot be written to`)
  }
  return path
}

export function parsePreviewArgs(args: string[]): PreviewArgs {
  const unknown = args.find((arg) => arg.startsWith('--') && !(arg.slice(2).split('=')[0]! in flags))
  if (unknown) {
    throw new ArgsError(
      `${unknown} is no option; the nearest is --${nearest(unknown.slice(2), Object.keys(flags))}`,
    )
  }
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    throw new ArgsError((error as Error).message.split('. ')[0]!)
  }
  if (!values.stack && !values.help) throw new ArgsError(`name a stack: --stack prod\n\n${usage}`)
  return {
    options: {
      stack: values.stack ?? '',
      phase: oneOf<Phase>('phase', values.phase, phases),
      weight: percent('weight', values.weight),
      removal: oneOf<Removal>('removal', values.removal, ['unprotect', 'remove']),
      fromPhase: oneOf<Phase | 'none'>('from-phase', values['from-phase'], [...phases, 'none']),
      fromWeight: percent('from-weight', values['from-weight']),
    },
    show: {
      json: values.json ?? false,
      help: values.help ?? false,
      terraformPlan: writableFile(values['terraform-plan']),
    },
  }
}

const parse = (args: string[]) => parseArgs({ args, options: flags, allowPositionals: false }).values
