/** Checks every runbook: what reads as code runs, its types are right, every step exists and is explained. */
import { pageNames, pageText } from '../migration/page/page.ts'
import { lintRunbook, unusedSteps } from '../migration/runbook-lint/lint.ts'
import { typeProblems } from '../migration/runbook-lint/types.ts'

const pages = pageNames().map((name) => ({ name, text: pageText(name) }))
const problems = [
  ...pages
    .flatMap(({ name, text }) => lintRunbook(`${name}.md`, text))
    .map(({ runbook, problem }) => `runbooks/${runbook}: ${problem}`),
  ...unusedSteps(pages.map(({ text }) => text)).map((step) => `step «${step}» stands in no runbook`),
  ...typeProblems(pages),
]

for (const problem of problems) console.error(problem)
console.log(`runbooks: ${pages.length} checked, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
