import test from 'ava'
import { alarmRunbooks } from '../../components/alarm.ts'
import { pageNames, pageText, parsePage } from '../../migration/page/page.ts'
import { lintRunbook, unusedSteps } from '../../migration/runbook-lint/lint.ts'
import { typeProblems } from '../../migration/runbook-lint/types.ts'
import { meanings } from '../../phases.ts'

const good = pageText('replicate')
const byHand = pageText('dead-letters')
const problems = (text: string) => lintRunbook('x.md', text).map(({ problem }) => problem)

for (const name of pageNames()) {
  test(`${name}.md runs what it shows and explains what it runs`, (t) => {
    t.deepEqual(problems(pageText(name)), [])
  })
}

test('every step stands in a runbook', (t) => {
  t.deepEqual(unusedSteps(pageNames().map(pageText)), [])
  t.true(unusedSteps([good]).includes('fence'))
})

test('every alarm and every phase has its runbook, and every runbook is reached from somewhere', (t) => {
  const pages = pageNames()
  const answers = [...alarmRunbooks, ...Object.values(meanings).map(({ runbook }) => runbook.slice(0, -3))]
  t.deepEqual(
    answers.filter((name) => !pages.includes(name)),
    [],
  )
  const linked = pages.flatMap((name) =>
    [...pageText(name).matchAll(/\]\(([\w-]+)\.md\)/g)].flatMap(([, to]) => (to && to !== name ? [to] : [])),
  )
  t.deepEqual(
    pages.filter((name) => !answers.includes(name) && !linked.includes(name)),
    [],
  )
})

const fence = (flawed: string) => good.replace("```js\nawait step('install-fence')\n```", flawed)

const flawed: [why: string, text: string, message: RegExp][] = [
  [
    'a fence with an attribute is skipped in silence',
    fence("```js title=x\nawait step('install-fence')\n```"),
    /skip in silence: «await step\('install-fence'\)»/,
  ],
  [
    'a fence with a trailing space is skipped in silence',
    fence("```js \nawait step('install-fence')\n```"),
    /skip in silence: «await step\('install-fence'\)»/,
  ],
  [
    'a skipped line that also stands in a block that runs',
    pageText('shift-traffic').replace(
      "```js\nawait step('shift-to', 25)\nawait step('watch-weight', 25)",
      "```js {5}\nawait step('shift-to', 25)\nawait step('watch-weight', 25)",
    ),
    /skip in silence: «await step\('shift-to', 25\)»/,
  ],
  [
    'a closing fence with a trailing space lets prose run',
    fence("```js\nawait step('install-fence')\n``` "),
    /would run what reads as prose/,
  ],
  [
    'code in a comment of the page runs',
    fence("```js\nawait step('install-fence')\n```\n\n<!--\n```js\nawait step('fence')\n```\n-->"),
    /would run what reads as prose: «await step\('fence'\)»/,
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
    'an annotation of a type',
    good.replace("await step('install-fence')", "const name: string = 'x'\nawait step('install-fence')"),
    /it is not JavaScript .*«const name: string = 'x'»/,
  ],
  [
    'a variable of the shell in a shell block',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the trap itself
    fence("```bash\necho ${HOME}\n```\n\n```js\nawait step('install-fence')\n```"),
    /in a shell block «\$\{» is JavaScript's, not the shell's: «echo \$\{HOME\}»/,
  ],
  [
    'a step in no numbered section',
    good.replace(/## \d+\. Install/, '## Install'),
    /nothing explains the step/,
  ],
  ['a run that is never finished', good.replace('await finish()', ''), /must end with «await finish\(\)»/],
  ['a page that is not opened', good.replace("'#runbook'", "'zx'"), /must import runbook from '#runbook'/],
  ['a head that does not say who', good.replace('**Who**', 'Somebody'), /the head does not say \*\*Who\*\*/],
  [
    'an approval that is asked elsewhere than before its step',
    pageText('cutover').replace("approval('prepare')", "approval('decide')"),
    /the approval of «decide» must stand just before that step/,
  ],
  [
    'a time shorter than the step expects',
    good.replace('**Time** 10 s', '**Time** 1 ms'),
    /«\d+. Install the fence»: \*\*Time\*\* says 1 ms, its steps expect 1 s/,
  ],
  ['a time without a unit', good.replace('**Time** 10 s', '**Time** soon'), /names no duration/],
  [
    'parts in another order',
    good.replace(/(- \*\*Why\*\*[^\n]*\n)(- \*\*Expect\*\*[^\n]*\n)/, '$2$1'),
    /says its parts in another order/,
  ],
  [
    'a link that leads nowhere',
    good.replace('(preflight.md)', '(pre-flight.md)'),
    /links pre-flight.md, which does not exist/,
  ],
  ...(['Why', 'Expect', 'Abort when', 'If it hangs', 'Undo', 'Who', 'Time'] as const).flatMap((part) => {
    const without = (text: string) => text.replace(new RegExp(`^- \\*\\*${part}\\*\\*.*\n`, 'm'), '')
    const message = new RegExp(`«1\\. .*» does not say \\*\\*${part}\\*\\*`)
    return [
      [`a step that does not say ${part}`, without(good), message],
      [`a step by hand that does not say ${part}`, without(byHand), message],
    ] as [string, string, RegExp][]
  }),
]

for (const [why, text, message] of flawed) {
  test(`found: ${why}`, (t) => {
    t.true(text !== good && text !== byHand, 'the flaw was not put in')
    t.regex(problems(text).join('\n'), message)
  })
}

test('the type checker knows steps, their arguments and what was never declared', (t) => {
  const wrong = [
    ['word', "await step('shift-to', 'five')"],
    ['none', "await step('shift-to')"],
    ['more', "await step('install-fence', 5)"],
    ['unknown', "await step('install-fences')"],
    ['undeclared', "await approve('prepare')"],
  ] as const
  const pages = wrong.map(([name, line]) => ({
    name,
    text: good.replace("await step('install-fence')", line),
  }))
  const found = typeProblems([...pages, { name: 'good', text: good }])
  for (const [name] of wrong)
    t.true(
      found.some((line) => line.startsWith(`runbooks/${name}.md(`)),
      name,
    )
  t.false(found.some((line) => line.startsWith('runbooks/good.md')))
})

test('a page is read as its reader sees it', (t) => {
  const page = parsePage('cutover', pageText('cutover'))
  t.is(page.title, 'Cutover: AWS becomes the system of record')
  t.is(page.calls[8]?.name, 'fence')
  t.is(page.calls[8]?.section?.title, '7. Fence the source')
  t.is(page.calls[8]?.section?.parts.Who, 'the machine.')
  t.regex(page.head['When'] ?? '', /^in the migration window/)
})
