/** `npm run runbook` as a stranger types it. */
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { pageNames } from '../../migration/page/page.ts'
import { begin, command } from '../command.ts'
import { testSandbox } from '../postgres.ts'
import { until } from '../until.ts'

const folder = mkdtempSync(join(testSandbox().dir, 'command-'))

function siteFile(more: object): string {
  const path = join(folder, `site-${Math.random()}.yaml`)
  const url = 'postgres://x:y@127.0.0.1:1/pay'
  writeFileSync(path, JSON.stringify({ source: { url }, target: { url }, ...more }))
  return path
}

const plain = siteFile({})
const prod = siteFile({ name: 'prod' })
const wrong: [name: string, args: string[], code: number, message: RegExp][] = [
  ['an unknown flag', ['cutover', '--fast'], 2, /Unknown option '--fast'/],
  [
    'an unknown runbook',
    ['cut-over', '--site', plain],
    2,
    /^there is no runbook «cut-over» There are: .*cutover/,
  ],
  ['no site', ['cutover'], 2, /^which site\? give --site FILE or --stack NAME$/m],
  [
    'an approval nobody asked for',
    ['approve', 'prepare', '--site', plain],
    1,
    /^no run asks for approval of «prepare»$/m,
  ],
  [
    'a page that is done by hand',
    ['foundation', '--site', plain],
    2,
    /^foundation is done by hand.*: read runbooks\/foundation\.md$/m,
  ],
  ['evidence of no run', ['evidence', 'cutover', '--site', plain], 1, /^there is no run «cutover»/],
  [
    '--yes in production',
    ['cutover', '--site', prod, '--execute', '--yes'],
    2,
    /^\n--yes is refused in production/,
  ],
  [
    'production without a terminal',
    ['cutover', '--site', prod, '--execute'],
    2,
    /must type «prod» at a terminal, and there is none/,
  ],
  [
    'a database that is away',
    ['cutover', '--site', plain, '--execute'],
    1,
    /^\nthe source database at 127\.0\.0\.1:1 cannot be reached/,
  ],
]

for (const [name, args, code, message] of wrong) {
  test(`${name}: one or two lines and exit ${code}`, async (t) => {
    const { code: exit, out, err } = await command('runbook', args)
    t.is(exit, code, err)
    t.regex(err, message)
    t.notRegex(err, /\n\s+at |node:internal/)
    t.is(out, '')
  })
}

test('list says of every runbook what it is for and when', async (t) => {
  const { code, out } = await command('runbook', ['list'])

  t.is(code, 0)
  for (const name of pageNames()) t.regex(out, new RegExp(`^${name} +\\S.*\n +when: \\S`, 'm'))
})

// Pages that nothing else here runs: zx writes each as one file, and two that begin in one instant share it.
for (const [signal, page] of [
  ['SIGTERM', 'decommission'],
  ['SIGINT', 'rollback'],
] as const)
  test(`${signal} while it opens its databases leaves no lock behind`, async (t) => {
    // A server that says nothing.
    const silent = createServer((socket) => t.teardown(() => socket.destroy())).listen(0, '127.0.0.1')
    t.teardown(() => silent.close())
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const url = `postgres://x:y@127.0.0.1:${port}/pay`
    const journal = mkdtempSync(join(folder, 'journal-'))
    const site = siteFile({ source: { url }, target: { url }, journal })
    const { child, text, ended } = begin('runbook', [page, '--site', site, '--execute'])
    let over = false
    void ended.then(() => {
      over = true
    })
    await until(() => over || existsSync(join(journal, 'lock.json')))
    t.false(over, text.err)
    // As a terminal does, which signals the whole group; the other reaches the group and is handed on, too.
    process.kill(-(child.pid ?? 0), signal)
    t.is(await ended, 130)
    t.false(existsSync(join(journal, 'lock.json')))
  })
