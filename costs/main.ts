import { writeFileSync } from 'node:fs'
import { readPrices } from '../prices/list.ts'
import { type CostsArguments, parseArguments, usage } from './arguments.ts'
import { CostsError } from './errors.ts'
import { openSource, type Source } from './open.ts'
import { pageHtml } from './page.ts'
import { summarize } from './summary.ts'
import { Tally } from './tally.ts'
import { summaryText } from './text.ts'
import type { Usage } from './usage.ts'

/** What the command prints, or a CostsError. */
export async function costs(args: string[], stdin: NodeJS.ReadStream = process.stdin): Promise<string> {
  const asked = parseArguments(args)
  if (asked.help) return usage
  const read = asked.logGroups.length > 0 ? await fromInsights(asked) : await fromFiles(asked, stdin)
  const summary = summarize(read, { ...asked, prices: readPrices() })
  if (read.lines.reports === 0) {
    const [first] = read.lines.firstUnreadable
    const cut = first ? `; ${read.lines.unreadable} are damaged, the first at ${first.where}` : ''
    throw new CostsError(
      `${read.source}: no report in ${read.lines.read} lines${cut}. A report begins with REPORT RequestId, or has "type":"platform.report"`,
    )
  }
  if (asked.html !== undefined) writePage(asked.html, pageHtml(summary))
  return asked.json ? `${JSON.stringify(summary, null, 2)}\n` : summaryText(summary)
}

async function fromFiles(asked: CostsArguments, stdin: NodeJS.ReadStream): Promise<Usage> {
  const { files, functionName, periodMs } = asked
  if (files.length === 0 && stdin.isTTY) throw new CostsError(`which logs?\n${usage}`)
  const paths = files.length === 0 ? ['-'] : files
  if (paths.filter((path) => path === '-').length > 1)
    throw new CostsError('standard input (-) can be read only once')
  // All are looked at first: a wrong name must not show after an hour of reading.
  const sources = paths.map(
    (path): Source => ({ ...openSource(path, stdin), ...(functionName && { functionName }) }),
  )
  const tally = new Tally()
  for (const source of sources) await tally.read(source)
  const name = sources.length === 1 ? sources[0]!.name : `${sources.length} files`
  return { ...tally.usage(name), ...(periodMs !== undefined && { periodMs }) }
}

/** On the machines of people who only read files the client of AWS need not load. */
async function fromInsights({ logGroups, since }: CostsArguments): Promise<Usage> {
  const { insightsUsage } = await import('./insights.ts')
  const name = logGroups.length === 1 ? logGroups[0]! : `${logGroups.length} log groups`
  return insightsUsage(`${name}, last ${since.text}`, { logGroups, sinceMs: since.ms })
}

function writePage(file: string, page: string): void {
  try {
    writeFileSync(file, page)
  } catch (error) {
    throw new CostsError(`--html ${file}: cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
}
