import { type Context, contextOf } from '../../components/context.ts'
import { finder } from '../../preview/find.ts'
import { configFor, type RecordOptions, record } from '../../preview/record.ts'
import { recordProgram } from '../../preview/run.ts'
import { parseSettings, type Settings } from '../../settings.ts'

export interface Given {
  settings: Settings
  context: Context
}

/** What a piece of program registers, with the settings of a stack (default: prod). */
export async function build(piece: (given: Given) => unknown, options: Partial<RecordOptions> = {}) {
  const stack = options.stack ?? 'prod'
  const config = configFor({ ...options, stack })
  const settings = parseSettings(stack, config)
  const { region, accountId } = settings
  const recording = await recordProgram(() => piece({ settings, context: contextOf(settings) }), {
    stack,
    config,
    region,
    accountId,
    parameters: options.parameters ?? {},
  })
  return finder(recording)
}

/** What the whole program registers, run anew. */
export const wholeAnew = async (options: RecordOptions) => finder(await record(options))

const recorded = new Map<string, ReturnType<typeof wholeAnew>>()

/** What the whole program registers; one run serves all test files of a process, which only look. */
export function whole(options: Omit<RecordOptions, 'known'>): ReturnType<typeof wholeAnew> {
  const key = JSON.stringify(options)
  const run = recorded.get(key) ?? wholeAnew(options)
  recorded.set(key, run)
  return run
}
