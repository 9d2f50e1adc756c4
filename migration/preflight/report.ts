import { failures, type Outcome, type Report } from './run.ts'

/** What failed, by subject: what, where, what to do; and the name by which the site file may accept it. */
export function failureText(report: Report): string {
  const failed = failures(report)
  const count = failed.reduce((sum, { problems }) => sum + problems.length, 0)
  const lines = [
    `${count} problem${count === 1 ? '' : 's'} in ${failed.length} of ${report.outcomes.length} checks:`,
  ]
  let group: string | undefined
  for (const outcome of failed) {
    if (outcome.group !== group) lines.push('', outcome.group)
    group = outcome.group
    lines.push(`  ${outcome.check}: ${outcome.why}`)
    for (const { what, where, mend } of outcome.problems)
      lines.push(`    ✖ ${where}: ${what}`, `      → ${mend}`)
  }
  return lines.join('\n')
}

/** What the operator should know although nothing failed: skipped, accepted, noted. */
export function remarks({ outcomes, notes }: Report): string[] {
  const passed = outcomes.filter(({ state }) => state === 'passed').length
  return [
    `${passed} of ${outcomes.length} checks passed`,
    ...of(outcomes, 'accepted').map(
      ({ check, reason, problems }) =>
        `accepted: ${check} (${reason}): ${problems.map(({ where, what }) => `${where}: ${what}`).join('; ')}`,
    ),
    ...grouped(of(outcomes, 'skipped')).map(([reason, names]) => `skipped, ${reason}: ${names.join(', ')}`),
    ...notes,
  ]
}

const of = (outcomes: Outcome[], state: Outcome['state']): Outcome[] =>
  outcomes.filter((outcome) => outcome.state === state)

function grouped(skipped: Outcome[]): [string, string[]][] {
  const byReason = new Map<string, string[]>()
  for (const { reason = '', check } of skipped) byReason.set(reason, [...(byReason.get(reason) ?? []), check])
  return [...byReason]
}
