import { durationIn, inWords } from '../page/duration.ts'
import { type Call, headNames, type Page, partNames, type Section } from '../page/page.ts'
import { type StepName, steps } from '../steps/index.ts'

/** Who reads it at 02:00 finds in every section the same things, in the same order. */
export function explainedProblems(page: Page): string[] {
  return [
    ...headNames.flatMap((name) => (page.head[name] ? [] : [`the head does not say **${name}**`])),
    ...(page.sections.length === 0 ? ['it has no numbered section'] : []),
    ...page.sections.flatMap((section) => sectionProblems(section, page.calls)),
    ...page.calls.flatMap(({ name, section }) =>
      section ? [] : [`nothing explains the step «${name}»: it stands in no numbered section`],
    ),
  ]
}

function sectionProblems(section: Section, calls: Call[]): string[] {
  const { title, does, parts } = section
  const problems: string[] = []
  if (!does) problems.push(`«${title}» does not say what it does`)
  const said = Object.keys(parts)
  for (const name of partNames) if (!parts[name]) problems.push(`«${title}» does not say **${name}**`)
  for (const name of said)
    if (!partNames.includes(name as (typeof partNames)[number]))
      problems.push(`«${title}» says **${name}**, which is none of ${partNames.join(', ')}`)
  const known = partNames.filter((name) => said.includes(name))
  if (known.join() !== said.filter((name) => known.includes(name as never)).join())
    problems.push(`«${title}» says its parts in another order than ${partNames.join(', ')}`)
  const time = parts.Time === undefined ? undefined : durationIn(parts.Time)
  if (parts.Time && time === undefined)
    problems.push(`«${title}»: **Time** names no duration (such as 20 ms, 2 s or 5 min)`)
  const expectedMs = calls
    .filter((call) => call.kind === 'step' && call.section === section)
    .reduce((sum, { name }) => sum + (steps[name as StepName]?.expectedMs ?? 0), 0)
  if (time !== undefined && time < expectedMs)
    problems.push(`«${title}»: **Time** says ${inWords(time)}, its steps expect ${inWords(expectedMs)}`)
  return problems
}
