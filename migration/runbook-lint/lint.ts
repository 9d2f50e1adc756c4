import { type Page, pageNames, parsePage } from '../page/page.ts'
import { steps } from '../steps/index.ts'
import { codeProblems } from './code.ts'
import { explainedProblems } from './explained.ts'

export interface Problem {
  runbook: string
  problem: string
}

/**
 * What an operator reads must be what runs. zx finds code by a pattern of its own, so the code that a Markdown
 * parser sees is compared with the code that zx would run; then every step must exist and be explained.
 */
export function lintRunbook(runbook: string, text: string): Problem[] {
  const page = parsePage(runbook.replace(/\.md$/, ''), text)
  const problems = [
    ...codeProblems(text),
    ...callProblems(page),
    ...explainedProblems(page),
    ...linkProblems(text),
  ]
  return problems.map((problem) => ({ runbook, problem }))
}

/** Steps that no runbook uses are steps that nobody can run. */
export function unusedSteps(texts: string[]): string[] {
  const used = new Set(texts.flatMap((text) => parsePage('', text).calls.map(({ name }) => name)))
  return Object.keys(steps).filter((step) => !used.has(step))
}

function callProblems({ calls }: Page): string[] {
  return calls.flatMap(({ kind, name }, at) => {
    if (!(name in steps)) return [`step «${name}» does not exist`]
    const next = calls[at + 1]?.name
    if (kind === 'approval' && next !== name)
      return [`the approval of «${name}» must stand just before that step, not before «${next ?? 'the end'}»`]
    return []
  })
}

/** At 02:00 a link that leads nowhere is a dead end. */
function linkProblems(text: string): string[] {
  const known = new Set(pageNames())
  return [...text.matchAll(/\]\(([\w-]+)\.md(?:#[\w-]*)?\)/g)].flatMap(([, name = '']) =>
    known.has(name) ? [] : [`it links ${name}.md, which does not exist`],
  )
}
