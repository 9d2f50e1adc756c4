import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parseCommentArgs } from '../../github/args.ts'
import { connect } from '../../github/client.ts'
import { marker, pullRequestAt, putComment } from '../../github/comment.ts'
import { projectFolder } from '../../settings/stack-file.ts'
import { manyChanges } from '../preview/diff/views.ts'
import { FakeGitHub } from './fake-github.ts'

const place = { owner: 'o', repo: 'r', number: 12 }

async function world(t: ExecutionContext) {
  const server = await new FakeGitHub().start()
  t.teardown(() => server.close())
  // A second takes a millisecond, so that waiting for GitHub takes no time here.
  const github = connect({ token: server.token, baseUrl: server.url, secondMs: 1 })
  return { server, github, put: (report: string) => putComment(github, place, report) }
}

test('a first report makes a comment, the next one updates it in place, the same one leaves it', async (t) => {
  const { server, put } = await world(t)
  t.is((await put('one')).made, 'created')
  t.is((await put('two')).made, 'updated')
  t.is((await put('two')).made, 'left')
  t.deepEqual(
    server.comments.map(({ body }) => body),
    [`${marker}\ntwo`],
  )
})

test('the comment is found on a page far behind, and nobody else is edited', async (t) => {
  const { server, put } = await world(t)
  server.mostPerPage = 3
  for (let each = 0; each < 10; each++) server.add(`talk ${each}`)
  server.add(`${marker}\nsomebody pretends`)
  server.add(`${marker}\nours`, 'Bot')
  server.add('more talk')
  t.is((await put('new')).made, 'updated')
  t.is(server.comments.filter(({ body }) => body === `${marker}\nnew`).length, 1)
  t.true(server.comments.some(({ body }) => body === `${marker}\nsomebody pretends`))
  t.is(server.comments.length, 13)
})

test('of two comments that two runs made at once one is left', async (t) => {
  const { server, put } = await world(t)
  server.add(`${marker}\na`, 'Bot')
  server.add(`${marker}\nb`, 'Bot')
  t.like(await put('c'), { made: 'updated', removed: 1 })
  t.is(server.comments.length, 1)
})

test('it waits when GitHub limits, by both of its ways, and tries again when GitHub fails', async (t) => {
  const { server, put } = await world(t)
  const troubles = ['limit', 'secondary', 'fail'] as const
  server.trouble = ({ n }) => troubles[n - 1]
  t.is((await put('one')).made, 'created')
  t.is(server.comments.length, 1)
  t.is(server.requests.length, 5)
})

test('an answer that is lost makes no second comment', async (t) => {
  const { server, put } = await world(t)
  let lost = 0
  server.trouble = ({ method }) => (method === 'POST' && lost++ === 0 ? 'lose' : undefined)
  t.is((await put('one')).made, 'created')
  t.is(server.comments.length, 1)
})

test('what GitHub refuses is told with what to do', async (t) => {
  const { server, put } = await world(t)
  server.trouble = () => undefined
  server.token = 'another token'
  await t.throwsAsync(put('one'), {
    name: 'GitHubError',
    message: /o\/r#12: the token is not valid; set GITHUB_TOKEN/,
  })
})

test('a pull request is found by the commit at its head, and not when it has moved on', async (t) => {
  const { server, github } = await world(t)
  const sha = 'a'.repeat(40)
  server.pulls = [
    { number: 11, head: { sha: 'b'.repeat(40), label: 'fork:change' } },
    { number: 12, head: { sha, label: 'fork:change' } },
  ]
  t.is(await pullRequestAt(github, place, { owner: 'fork', branch: 'change', sha }), 12)
  t.is(
    await pullRequestAt(github, place, { owner: 'fork', branch: 'change', sha: 'c'.repeat(40) }),
    undefined,
  )
  t.is(await pullRequestAt(github, place, { owner: 'other', branch: 'change', sha }), undefined)
})

test('the command reads the report, finds the pull request and posts; a report that is none is refused', async (t) => {
  const { server } = await world(t)
  const sha = 'd'.repeat(40)
  server.pulls = [{ number: 12, head: { sha, label: 'fork:change' } }]
  const folder = mkdtempSync(join(tmpdir(), 'payments-lift-comment-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const report = join(folder, 'report.json')
  const run = (...args: string[]) =>
    new Promise<{ code: number; text: string }>((resolve) => {
      const env = { ...process.env, GITHUB_TOKEN: server.token, GITHUB_API_URL: server.url }
      execFile(
        process.execPath,
        ['--import', 'tsx', join(projectFolder, 'scripts/comment.ts'), ...args],
        { cwd: projectFolder, env },
        (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), text: stdout + stderr }),
      )
    })
  const args = ['--report', report, '--repository', 'o/r', '--head', `fork:change@${sha}`]
  writeFileSync(report, JSON.stringify(manyChanges(3)))
  const posted = await run(...args)
  t.is(posted.code, 0, posted.text)
  t.regex(posted.text, /created: https:/)
  t.regex(server.comments[0]!.body, /Do not merge as it is/)
  writeFileSync(report, JSON.stringify({ ...manyChanges(1), extra: '<script>' }))
  const refused = await run(...args)
  t.is(refused.code, 2)
  t.regex(refused.text, /^comment: the report cannot be used/)
})

test('arguments that cannot be used are refused', (t) => {
  t.throws(() => parseCommentArgs(['--report', 'x', '--repository', 'o']), { message: /owner\/name/ })
  t.throws(() => parseCommentArgs(['--report', 'x', '--repository', 'o/r', '--pull-request', '0']), {
    message: /number/,
  })
  t.throws(() => parseCommentArgs(['--report', 'x', '--repository', 'o/r', '--head', 'o:b']), {
    message: /name the pull request/,
  })
})
