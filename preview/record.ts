import type { Phase, Removal } from '../phases.ts'
import { readStackFile } from '../settings/stack-file.ts'
import { parseSettings, project, type Settings } from '../settings.ts'
import type { Known } from './monitor.ts'
import type { Recording } from './recorded.ts'
import { recordProgram } from './run.ts'

export interface RecordOptions {
  /** Whose settings: `dev`, `staging`, `prod`. */
  stack: string
  /** Instead of the settings' phase; the weight follows it unless given. */
  phase?: Phase | undefined
  /** Instead of the settings' weight, in percent. */
  weight?: number | undefined
  /** Instead of the settings' removal. */
  removal?: Removal | undefined
  /** The phase deployed before. Default: the phase asked for. `none`: the stack was never deployed. */
  fromPhase?: Phase | 'none' | undefined
  /** The weight deployed before. Default: the weight asked for. */
  fromWeight?: number | undefined
  /** The removal deployed before. Default: the removal asked for. */
  fromRemoval?: Removal | undefined
  /** Instead of what stands in the stack's file. */
  config?: Record<string, string> | undefined
  /** Parameters that stand in SSM, by name. */
  parameters?: Record<string, string> | undefined
  /** What AWS has decided already, for tests that run what is recorded. */
  known?: Known | undefined
}

export interface Recorded extends Recording {
  settings: Settings
}

const weightThatPhasesHave: Partial<Record<Phase, string>> = {
  foundation: '0',
  replicate: '0',
  cutover: '100',
  decommission: '100',
}

/** A stack's configuration with phase, weight and removal exchanged for those asked for. */
export function configFor({ stack, phase, weight, removal, config }: RecordOptions): Record<string, string> {
  const file = config ?? readStackFile(stack)
  const implied = phase && weightThatPhasesHave[phase]
  const changes = {
    phase,
    weight: weight === undefined ? implied : String(weight),
    removal,
  }
  const given = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...file, ...Object.fromEntries(given.map(([key, value]) => [`${project}:${key}`, value])) }
}

/** Runs the program for a stack in this process and returns all it registers. Needs no account and no network. */
export async function record(options: RecordOptions): Promise<Recorded> {
  const config = configFor(options)
  const settings = parseSettings(options.stack, config)
  const { region, accountId, phase, weight, removal } = settings
  const { fromPhase = phase, fromWeight = weight, fromRemoval = removal, parameters = {} } = options
  const deployed =
    fromPhase === 'none' ? undefined : { phase: fromPhase, weight: fromWeight, removal: fromRemoval }
  const { default: program } = await import('../index.ts')
  const recording = await recordProgram(program, {
    stack: options.stack,
    config,
    region,
    accountId,
    deployed,
    parameters,
    known: options.known,
  })
  return { ...recording, settings }
}
