/** Checks every runbook: what reads as code runs, its types are right, every step exists and is explained. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lintRunbook, moduleOf, unusedSteps } from '../migration/runbook-lint/lint.ts'

const names = readdirSync('runbooks').filter((name) => name.endsWith('.md') && name !== 'README.md')
const texts = names.map((name) => readFileSync(join('runbooks', name), 'utf8'))
const problems = [
  ...names
    .flatMap((name, at) => lintRunbook(name, texts[at] as string))
    .map(({ runbook, problem }) => `runbooks/${runbook}: ${problem}`),
  ...unusedSteps(texts).map((step) => `step «${step}» stands in no runbook`),
]

const folder = join('.cache', `runbooks-${process.pid}`)
mkdirSync(folder, { recursive: true })
try {
  for (const [at, name] of names.entries())
    writeFileSync(join(folder, `${name}.mts`), moduleOf(texts[at] as string))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['*.mts'], exclude: [] }),
  )
  const { stdout, status } = spawnSync(
    process.execPath,
    ['node_modules/typescript-7/bin/tsc', '--noEmit', '-p', folder],
    { encoding: 'utf8' },
  )
  const wrong = stdout.split('\n').filter((line) => line.startsWith(folder))
  if (status !== 0)
    problems.push(
      ...(wrong.length > 0 ? wrong : [stdout.trim()]).map((line) =>
        line.replace(`${folder}/`, 'runbooks/').replace('.mts', ''),
      ),
    )
} finally {
  rmSync(folder, { recursive: true, force: true })
}

for (const problem of problems) console.error(problem)
console.log(`runbooks: ${names.length} checked, ${problems.length} problems`)
process.exit(problems.length === 0 ? 0 : 1)
