import type { BreakEven } from './break-even.ts'
import { amount, clip, count, duration, percent, printable, usd } from './format.ts'
import type { FunctionCosts, Summary } from './summary.ts'

const columns = 80

/** The figures as tables of 80 columns. */
export function summaryText(summary: Summary): string {
  const { functions, lines } = summary
  const blocks = [
    heading(summary),
    ...(functions.length === 0
      ? ['no report was found']
      : [cost(summary), time(functions), memory(functions), even(functions)]),
    ...(lines.unreadable === 0 ? [] : [unreadable(summary)]),
    notes(summary),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function heading({
  source,
  lines,
  region,
  pricesAsOf,
  architecture,
  rounding,
  periodMs,
  total,
}: Summary): string {
  const rule = {
    billed: 'as billed',
    '1ms': 'billed by the ms',
    '100ms': 'billed by 100 ms, init free (2018)',
  }
  const span = periodMs === undefined ? '' : `, over ${spanText(periodMs)}`
  return [
    wrap(
      `${source}${span}: ${count(lines.reports)} reports in ${count(lines.read)} lines, ${count(lines.unreadable)} unreadable`,
    ),
    `prices ${region} ${pricesAsOf}, ${architecture}, ${rule[rounding]}: ${count(total.billedMs)} ms in all`,
  ].join('\n')
}

const spanText = (ms: number): string =>
  ms < 48 * 3600e3 ? `${Number((ms / 3600e3).toFixed(1))} h` : `${Number((ms / 86400e3).toFixed(1))} days`

function cost({ functions, total }: Summary): string {
  const row = (
    name: string,
    it: Pick<FunctionCosts, 'invocations' | 'billedGbSeconds' | 'usd' | 'usdAfterFreeTier'>,
  ) => [name, amount(it.invocations), amount(it.billedGbSeconds), usd(it.usd), usd(it.usdAfterFreeTier)]
  const rows = functions.map((it) => [...row(it.name, it), percent(it.coldStartShare), count(it.timeouts)])
  const last = [[...row('total', total), '', '']]
  return table(
    ['function', 'invocations', 'GB-s', 'cost', 'free tier', 'cold', 'timeouts'],
    [18, 12, 11, 11, 11, 8, 9],
    [...rows, ...(functions.length > 1 ? last : [])],
  )
}

function time(functions: FunctionCosts[]): string {
  const cells = ({ name, duration: it, init }: FunctionCosts) => [
    name,
    ...[it.p50Ms, it.p95Ms, it.p99Ms, it.maxMs].map(duration),
    ...(init ? [init.p50Ms, init.p95Ms, init.maxMs].map(duration) : ['-', '-', '-']),
  ]
  return table(
    ['function', 'p50', 'p95', 'p99', 'max', 'init p50', 'p95', 'max'],
    [16, 9, 9, 9, 9, 10, 9, 9],
    functions.map(cells),
  )
}

function memory(functions: FunctionCosts[]): string {
  const rows = functions.flatMap(({ name, memory: it }) => {
    const best = it.cheapestMb === undefined ? '?' : `${it.cheapestMb}`
    const [first, ...rest] = fold(it.reason, 40)
    return [
      [name, `${it.currentMb}`, `${it.maxMemoryUsedMb}`, best, ` ${first}`],
      ...rest.map((text) => ['', '', '', '', ` ${text}`]),
    ]
  })
  return table(['function', 'MB', 'used', 'best', ' why'], [18, 7, 7, 7, -41], rows)
}

function even(functions: FunctionCosts[]): string {
  const text = (it: BreakEven | undefined) =>
    it === undefined
      ? 'too large'
      : it.invocationsPerMonth === undefined
        ? 'never'
        : amount(it.invocationsPerMonth)
  const rows = functions.map(({ name, breakEven: { fargate, host } }) => [
    name,
    text(fargate),
    fargate?.invocationsPerMonth ? `${fargate.fleet.count} x ${fargate.fleet.size}` : '',
    text(host),
    host?.invocationsPerMonth ? `${host.fleet.count} x ${host.fleet.size}` : '',
  ])
  const title = 'cheaper elsewhere from so many invocations a month, at an even load'
  return `${title}\n${table(['function', 'Fargate', '', 'host', ''], [17, 10, 23, 11, 19], rows)}`
}

function unreadable({ lines }: Summary): string {
  const shown = lines.firstUnreadable.map(({ where, text }) =>
    clip(`  ${where}: ${printable(text)}`, columns),
  )
  const left = lines.unreadable - shown.length
  return [
    `${count(lines.unreadable)} reports could not be read and are in no figure:`,
    ...shown,
    ...(left > 0 ? [`  and ${count(left)} more`] : []),
  ].join('\n')
}

const notes = ({ notes }: Summary): string => notes.map((note) => wrap(`note: ${note}`)).join('\n')

/** A negative width is set to the left. The first column is, too. */
function table(head: string[], widths: number[], rows: string[][]): string {
  const line = (cells: string[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index]!
        if (index === 0) return clip(printable(cell), width - 1).padEnd(width)
        return width < 0 ? cell : cell.padStart(width)
      })
      .join('')
      .trimEnd()
  return [line(head), ...rows.map(line)].join('\n')
}

function fold(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const last = lines.length - 1
    if (lines[last] === '') lines[last] = word
    else if (lines[last]!.length + 1 + word.length <= width) lines[last] += ` ${word}`
    else lines.push(word)
  }
  return lines
}

const wrap = (text: string): string => fold(printable(text), columns).join('\n')
