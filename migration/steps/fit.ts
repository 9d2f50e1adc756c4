import { failureText, remarks } from '../preflight/report.ts'
import { failures, type Report, unacceptable } from '../preflight/run.ts'
import { demand, type StepContext } from './step.ts'

/** Tells what preflight found, keeps it in the journal, and ends the step when something failed. */
export async function demandFit({ lift, journal, say }: StepContext, report: Report): Promise<void> {
  const unknown = unacceptable(lift.site.accept)
  demand(
    unknown.length === 0,
    `the site file accepts what cannot be accepted: ${unknown.join(', ')}; take it out`,
  )
  journal.write('preflight', {
    checks: Object.fromEntries(report.outcomes.map(({ check, state }) => [check, state])),
    problems: report.outcomes.flatMap(({ check, problems, reason }) =>
      problems.map((problem) => ({ check, ...problem, ...(reason && { accepted: reason }) })),
    ),
  })
  for (const line of remarks(report)) say(line)
  demand(failures(report).length === 0, failureText(report))
}
