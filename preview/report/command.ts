import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { readPrices } from '../../prices/list.ts'
import { nearest } from '../../settings/nearest.ts'
import { projectFolder, stacks as stacksIn } from '../../settings/stack-file.ts'
import { ArgsError } from '../args.ts'
import { assumptions } from '../diff/cost.ts'
import { readEnginePreview } from '../diff/engine-preview.ts'
import { engineReport } from '../diff/engine-report.ts'
import { treeAt } from '../diff/reference.ts'
import { compareTrees } from '../diff/report.ts'
import { worldOf } from '../diff/world.ts'
import { levelOf, markdown } from './markdown.ts'
import { plainText } from './plain.ts'
import { type View, viewOf } from './view.ts'

export const usage = `npm run preview -- (--base REF | --from FILE) [options]

  --base REF       compares the program at a commit with this tree; needs no credentials
  --from FILE      the same of what \`pulumi preview --json --show-sames\` wrote
  --stack NAME     one stack instead of all; may stand several times
  --json           for programs, and for npm run comment
  --markdown       as a comment of a pull request
  --strict         exit code 1 when the verdict is «do not merge»
`

const flags = {
  base: { type: 'string' },
  from: { type: 'string' },
  stack: { type: 'string', multiple: true },
  json: { type: 'boolean' },
  markdown: { type: 'boolean' },
  strict: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const parse = (args: string[]) => parseArgs({ args, options: flags, allowPositionals: false }).values

export interface ComparisonArgs {
  base?: string | undefined
  from?: string | undefined
  /** Undefined: all. */
  stacks?: string[] | undefined
  format: 'text' | 'json' | 'markdown'
  strict: boolean
  help: boolean
}

export function parseComparisonArgs(args: string[]): ComparisonArgs {
  let values: ReturnType<typeof parse>
  try {
    values = parse(args)
  } catch (error) {
    throw new ArgsError((error as Error).message.split('. ')[0]!)
  }
  if (values.base !== undefined && values.from !== undefined)
    throw new ArgsError('--base and --from: one of the two')
  if (values.json && values.markdown) throw new ArgsError('--json and --markdown: one of the two')
  return {
    base: values.base,
    from: values.from,
    stacks: values.stack,
    format: values.json ? 'json' : values.markdown ? 'markdown' : 'text',
    strict: values.strict ?? false,
    help: values.help ?? false,
  }
}

/** The stack that matters most comes first. */
const rank = (stack: string): number => ['prod', 'staging'].indexOf(stack) >>> 0

/** The stacks asked for, or all that the base or this tree has: one of them may be new or gone. */
export function stacksOf(asked: string[] | undefined, folders: string[]): string[] {
  const known = [...new Set(folders.flatMap((folder) => stacksIn(folder)))]
  const unknown = asked?.find((stack) => !known.includes(stack))
  if (unknown)
    throw new ArgsError(`there is no Pulumi.${unknown}.yaml; did you mean ${nearest(unknown, known)}?`)
  return asked ?? known.toSorted((a, b) => rank(a) - rank(b))
}

/** Compares, prints, and returns the exit code. */
export async function comparison(args: string[]): Promise<number> {
  const asked = parseComparisonArgs(args)
  if (asked.help) {
    process.stdout.write(usage)
    return 0
  }
  const view =
    asked.from === undefined ? await compareWith(asked.base!, asked.stacks) : fromEngine(asked.from)
  await print(shown(view, asked.format))
  return asked.strict && levelOf(view) === 'stop' ? 1 : 0
}

export async function compareWith(reference: string, asked?: string[]): Promise<View> {
  const tree = await treeAt(reference)
  try {
    const stacks = stacksOf(asked, [tree.folder, projectFolder])
    const { reports, assumptions: assumed } = await compareTrees(tree.folder, projectFolder, stacks)
    return viewOf(reports, { base: tree.words, head: 'this tree', assumptions: assumed })
  } finally {
    tree.remove()
  }
}

export function fromEngine(file: string): View {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new ArgsError(`--from ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  const prices = readPrices()
  const world = worldOf(projectFolder)
  const report = engineReport(readEnginePreview(text), {
    prices,
    worlds: { base: world, head: world },
    today: new Date(),
  })
  return viewOf([report], {
    base: 'what is deployed',
    head: 'pulumi preview',
    assumptions: assumptions(prices),
  })
}

const shown = (view: View, format: ComparisonArgs['format']): string =>
  format === 'json'
    ? `${JSON.stringify(view, null, 2)}\n`
    : format === 'markdown'
      ? `${markdown(view)}\n`
      : `${plainText(markdown(view, Number.POSITIVE_INFINITY))}\n`

const print = (text: string): Promise<void> =>
  new Promise((resolve, reject) => process.stdout.write(text, (error) => (error ? reject(error) : resolve())))
