import { stripVTControlCharacters } from 'node:util'
import type { Report, Switchover } from '../report/data.ts'
import { cloudShare, count, duration, percent } from '../report/format.ts'
import { faults, pauseSentence, reproduceCommand } from '../report/headline.ts'
import type { Paint } from './paint.ts'
import { painter } from './paint.ts'
import { table } from './table.ts'
import { columnsOf, greppable, hanging, padEnd, plain, wrap } from './text.ts'

export interface VerdictOptions {
  color: boolean
  columns: number
  /** Paths of the report files, as the user can open them. */
  files?: readonly string[]
}

const WORD = ' PASS '.length + 4
const FACT = WORD + 2
const REASONS_SHOWN = 8
/** Of a reason with many lines, such as what a runbook printed: how it begins, and how it ended. */
const HEAD_LINES = 3
const TAIL_LINES = 9
const STEPS_SHOWN = 3

/** The last thing a rehearsal prints: the answer first, then what it rests on. Ends with a line break. */
export function verdictText(report: Report, { color, columns, files = [] }: VerdictOptions): string {
  const paint = painter(color)
  const width = Math.max(40, Math.min(columns, 100))
  const blocks = [
    answer(report, paint, width),
    reasons(report, paint, width),
    switchovers(report, paint, width),
    weights(report, paint),
    facts(report, files, width),
  ]
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'))
  return greppable(`\n${texts.join('\n\n')}\n`)
}

function answer(report: Report, paint: Paint, width: number): string[] {
  const pass = report.verdict === 'pass'
  const acknowledged = `${count(report.payments.acknowledged)} payments acknowledged,`
  const counted = faults(report).map((fault) => `${count(fault.count)}\u00a0${fault.name}`)
  const ledger = report.ledger.balanced ? 'ledger balanced' : 'ledger not balanced'
  const lines = [
    ...wrap(`${acknowledged} ${counted.join(', ')}`, width - WORD),
    ...wrap(`${pauseSentence(report)} · ${ledger} · ${duration(report.durationMs)}`, width - WORD),
  ]
  const word = paint(pass ? 'passBlock' : 'failBlock', pass ? ' PASS ' : ' FAIL ')
  return lines.map((line, index) =>
    index === 0 ? `  ${word}  ${paint('bold', line)}` : padEnd('', WORD) + line,
  )
}

function reasons(report: Report, paint: Paint, width: number): string[] {
  if (report.verdict === 'pass') return []
  const shown = report.verdictReasons.slice(0, REASONS_SHOWN)
  const more = report.verdictReasons.length - shown.length
  const lines = shown.flatMap((reason) =>
    reasonLines(reason, width - 4).map(
      (line, index) => `  ${index === 0 ? paint('fail', '✕') : ' '} ${line}`,
    ),
  )
  return more > 0 ? [...lines, `    and ${count(more)} more, in the report`] : lines
}

function reasonLines(reason: string, width: number): string[] {
  const lines = stripVTControlCharacters(reason)
    .split(/[\r\n]+/)
    .flatMap((line) => wrap(plain(line), width))
  if (lines.length <= HEAD_LINES + TAIL_LINES + 1) return lines
  const left = lines.length - HEAD_LINES - TAIL_LINES
  return [
    ...lines.slice(0, HEAD_LINES),
    `… ${count(left)} more lines, in the report …`,
    ...lines.slice(-TAIL_LINES),
  ]
}

function switchovers(report: Report, paint: Paint, width: number): string[] {
  if (report.switchovers.length === 0) return []
  const head = ['switchover', 'write pause', 'held'].map((name) => paint('dim', name))
  const rows = report.switchovers.map((item) => [
    plain(item.kind),
    paint('bold', duration(item.writePauseMs)),
    count(item.requestsHeld),
  ])
  const lines = table([head, ...rows], ['left', 'right', 'right']).map((line) => `  ${line}  `)
  const room = width - columnsOf(lines[0]!)
  const steps = [paint('dim', 'slowest steps'), ...report.switchovers.map((item) => slowest(item, room))]
  return lines.map((line, index) => `${line}${steps[index]}`.trimEnd())
}

/** As many of the longest steps as fit. */
function slowest({ stepsMs }: Switchover, width: number): string {
  const steps = Object.entries(stepsMs)
    .sort(([, a], [, b]) => b - a)
    .slice(0, STEPS_SHOWN)
    .map(([step, ms]) => `${plain(step)} ${duration(ms)}`)
  while (steps.length > 0 && [...steps.join(' · ')].length > width) steps.pop()
  return steps.join(' · ')
}

function weights({ shift }: Report, paint: Paint): string[] {
  if (shift.length === 0) return []
  const seen = shift.map((step) => {
    const share = cloudShare(step)
    return share === undefined ? '–' : percent(share, 1)
  })
  const rows = [
    [paint('dim', 'weight asked'), ...shift.map(({ weight }) => percent(weight))],
    [paint('dim', 'weight seen'), ...seen],
  ]
  return table(rows, ['left', ...shift.map(() => 'right' as const)]).map((line) => `  ${line}`)
}

function facts(report: Report, files: readonly string[], width: number): string[] {
  const { source, target, environment, rate, seed, skipped } = report
  const ran = `PostgreSQL ${source.version} → ${target.version} · ${count(rate)}/s · seed ${seed} · ${environment.gateDetail}`
  const again = report.verdict === 'fail' ? [reproduceCommand(report)] : []
  return [
    ...hanging('  ran', [plain(ran)], FACT, width),
    ...hanging('  skipped', skipped.map(plain), FACT, width),
    ...whole('  again', again, width),
    ...whole('  report', files.map(plain), width),
  ]
}

/** Commands and paths are not broken, so that they can be copied; too long beside the name, they go below it. */
function whole(name: string, texts: readonly string[], width: number): string[] {
  if (texts.length === 0) return []
  const fits = texts.every((text) => FACT + columnsOf(text) <= width)
  if (!fits) return [name, ...texts.map((text) => `  ${text}`)]
  return texts.map((text, index) => padEnd(index === 0 ? name : '', FACT) + text)
}
