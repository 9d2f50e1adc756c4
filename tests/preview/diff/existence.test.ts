import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import type { StackReport } from '../../../preview/diff/analyse.ts'
import { treeAt } from '../../../preview/diff/reference.ts'
import { compareTrees } from '../../../preview/diff/report.ts'
import { stacksOf } from '../../../preview/report/command.ts'
import { markdown } from '../../../preview/report/markdown.ts'
import { readView } from '../../../preview/report/read.ts'
import { type View, viewOf } from '../../../preview/report/view.ts'

/** Against a base without dev and staging, a head without prod: two stacks come, one goes, in one comparison. */
let reports: Record<string, StackReport>
let view: View
test.before(async () => {
  const [base, head] = [await treeAt('HEAD'), await treeAt('HEAD')]
  try {
    for (const stack of ['dev', 'staging']) rmSync(join(base.folder, `Pulumi.${stack}.yaml`))
    rmSync(join(head.folder, 'Pulumi.prod.yaml'))
    put(join(head.folder, 'Pulumi.dev.yaml'), { phase: 'foundation', weight: '0' })
    put(join(head.folder, 'Pulumi.staging.yaml'), { phase: 'canary', weight: '0' })
    const stacks = stacksOf(undefined, [base.folder, head.folder])
    const compared = await compareTrees(base.folder, head.folder, stacks)
    reports = Object.fromEntries(compared.reports.map((report) => [report.stack, report]))
    view = viewOf(compared.reports, { base: base.words, head: 'this tree', assumptions: [] })
  } finally {
    base.remove()
    head.remove()
  }
})

function put(file: string, settings: Record<string, string>) {
  const text = Object.entries(settings).reduce(
    (all, [key, value]) => all.replace(new RegExp(`(payments-lift:${key}:) .*`), `$1 ${value}`),
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, text)
}

const opsOf = ({ now }: StackReport) => [...new Set(now?.changes.map(({ op }) => op))]

test('a new stack is created as a whole: resources, roles, ways in and costs', (t) => {
  const { existence, refused, illegal, move, now } = reports.dev!
  t.deepEqual(
    { existence, refused, illegal, move },
    {
      existence: 'new',
      refused: undefined,
      illegal: undefined,
      move: undefined,
    },
  )
  t.deepEqual(opsOf(reports.dev!), ['create'])
  t.true(now!.changes.length > 50)
  t.is(now!.costs.before, 0)
  t.true(now!.costs.after > 50)
  t.true(now!.roles.made.length > 3)
  t.true(now!.reach.opened.some(({ world }) => world))
  const { text } = shown('dev')
  t.regex(text, /foundation, weight 0, a new stack/)
  t.regex(text, /is new: all of it is created, \$[\d,]+ a month/)
  t.notRegex(text, /does not run/)
})

test('a new stack that does not begin with foundation is refused, and still shown', (t) => {
  t.regex(reports.staging!.illegal!, /never deployed cannot start with phase canary/)
  t.deepEqual(opsOf(reports.staging!), ['create'])
})

test('a stack that is no longer described is told as one that goes, with all that is lost', (t) => {
  t.is(reports.prod!.existence, 'gone')
  t.deepEqual(opsOf(reports.prod!), ['delete'])
  const { costs, roles, reach, broken } = reports.prod!.now!
  t.deepEqual([costs.after, roles.made, reach.opened, broken], [0, [], [], []])
  t.true(costs.before > 50 && roles.gone.length > 3 && reach.closed.length > 0)
  const { text, findings } = shown('prod')
  t.regex(text, /^## ⛔/)
  t.deepEqual([...new Set(findings.map(({ kind }) => kind))], ['stack', 'lost'])
  t.regex(text, /no longer described/)
  t.regex(text, /would be destroyed: the key, and all that is encrypted with it; it is protected/)
})

test('the report of stacks that come and go passes to the job that comments', (t) => {
  const sent = JSON.stringify(view)
  t.is(JSON.stringify(readView(sent)).length, sent.length)
})

const shown = (stack: string) => {
  const one = {
    ...view,
    findings: view.findings.filter(({ stacks }) => stacks.includes(stack)),
    stacks: view.stacks.filter((each) => each.stack === stack),
  }
  return { text: markdown(one), findings: one.findings }
}
