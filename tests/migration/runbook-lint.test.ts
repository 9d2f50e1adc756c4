import { readdirSync, readFileSync } from 'node:fs'
import test from 'ava'
import { lintRunbook } from '../../migration/runbook-lint/lint.ts'

const good = readFileSync('runbooks/replicate.md', 'utf8')
const problems = (text: string) => lintRunbook('x.md', text).map(({ problem }) => problem)

for (const name of readdirSync('runbooks').filter((name) => name.endsWith('.md'))) {
  test(`${name} runs what it shows and explains what it runs`, (t) => {
    t.deepEqual(problems(readFileSync(`runbooks/${name}`, 'utf8')), [])
  })
}

const flawed: [why: string, text: string, message: RegExp][] = [
  [
    'a fence with an attribute is skipped in silence',
    good.replace("```js\nawait step('install-fence')", "```js title=x\nawait step('install-fence')"),
    /skip in silence: «await step\('install-fence'\)»/,
  ],
  [
    'a fence with a trailing space is skipped in silence',
    good.replace("```js\nawait step('install-fence')", "```js \nawait step('install-fence')"),
    /skip in silence/,
  ],
  [
    'indented prose after a blank line runs as code',
    good.replace('## 2.', '- a list\n\n  rm everything\n\n## 2.'),
    /would run what reads as prose: «rm everything»/,
  ],
  [
    'a step that does not exist',
    good.replace("'install-fence'", "'install-fences'"),
    /step «install-fences» does not exist/,
  ],
  [
    'a second declaration of a name',
    good.replace("await step('install-fence')", 'const step = 1'),
    /«step» is declared twice/,
  ],
  [
    'steps that nothing explains',
    good.replace(/Adds a schema[^\n]*\n/, '').replace('## 2. Install the fence', '# Install'),
    /nothing explains the steps/,
  ],
  ['a run that is never finished', good.replace('await finish()', ''), /must end with «await finish\(\)»/],
  ['a head that does not say who', good.replace('**Who**', 'Somebody'), /does not say \*\*Who\*\*/],
]

for (const [why, text, message] of flawed) {
  test(`found: ${why}`, (t) => {
    t.not(text, good)
    t.regex(problems(text).join('\n'), message)
  })
}
