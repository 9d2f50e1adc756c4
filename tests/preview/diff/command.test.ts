import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readEnginePreview } from '../../../preview/diff/engine-preview.ts'
import { treeAt } from '../../../preview/diff/reference.ts'
import { weakenings } from '../../../preview/diff/weaker.ts'
import { parseComparisonArgs, stacksOf } from '../../../preview/report/command.ts'
import { readView } from '../../../preview/report/read.ts'
import { projectFolder } from '../../../settings/stack-file.ts'
import { manyChanges } from './views.ts'

test('arguments are read, and those that cannot be used are refused in one line', (t) => {
  t.like(parseComparisonArgs(['--base', 'main', '--stack', 'prod', '--json']), {
    base: 'main',
    stacks: ['prod'],
    format: 'json',
  })
  t.deepEqual(stacksOf(undefined, [projectFolder]), ['prod', 'staging', 'dev'])
  t.throws(() => stacksOf(['prdo'], [projectFolder]), { message: /did you mean prod/ })
  t.throws(() => parseComparisonArgs(['--base', 'main', '--from', 'x']), { message: /one of the two/ })
  t.throws(() => parseComparisonArgs(['--base', 'main', '--json', '--markdown']), {
    message: /one of the two/,
  })
})

test('the files of a commit stand in a folder of their own, with packages, and go again', async (t) => {
  const { folder, words, remove } = await treeAt('HEAD')
  t.true(existsSync(join(folder, 'index.ts')))
  t.true(existsSync(join(folder, 'node_modules/@pulumi/pulumi/package.json')))
  t.regex(words, /^HEAD \([0-9a-f]{7}\)$/)
  remove()
  t.false(existsSync(folder))
  t.true(existsSync(join(projectFolder, 'node_modules/@pulumi/pulumi/package.json')))
})

test('a commit that git does not know is told with what to do', async (t) => {
  await t.throwsAsync(treeAt('no-such-branch'), { message: /git knows no such commit here; fetch it first/ })
  await t.throwsAsync(treeAt('--output=x'), { message: /name a branch/ })
})

test('the folder goes also when the command is interrupted', async (t) => {
  const script = `
    const { treeAt } = await import('./preview/diff/reference.ts')
    console.log((await treeAt('HEAD')).folder)
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: projectFolder,
  })
  const folder = await new Promise<string>((resolve) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('\n')) resolve(said.trim())
    })
  })
  t.true(existsSync(folder))
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
  child.kill('SIGINT')
  t.is(await ended, 'SIGINT')
  t.false(existsSync(folder))
})

test('a report comes back as it was written, and a strange one is refused', (t) => {
  const view = manyChanges(5)
  t.deepEqual(readView(JSON.stringify(view)), view)
  t.throws(() => readView('{'), { message: /not JSON/ })
  t.throws(() => readView(JSON.stringify({ ...view, stacks: 1 })), { message: /stacks/ })
})

test('what the engine wrote is read: both sides, replacements, secrets and unknown values', (t) => {
  const urn = 'urn:pulumi:prod::payments-lift::aws:s3/bucket:Bucket::journal'
  const state = (bucket: string) => ({
    type: 'aws:s3/bucket:Bucket',
    custom: true,
    protect: true,
    inputs: { __defaults: [], bucket, password: '[secret]' },
  })
  const step = {
    op: 'replace',
    urn,
    oldState: state('old'),
    newState: state('new'),
    replaceReasons: ['bucket'],
  }
  const { stack, comparison, base } = readEnginePreview(
    JSON.stringify({ steps: [step, { ...step, op: 'create-replacement' }] }),
  )
  t.is(stack, 'prod')
  t.deepEqual(base.resources[0]!.inputs, { bucket: 'old', password: '<secret>' })
  t.is(comparison.changes.length, 1)
  t.like(comparison.changes[0], {
    op: 'replace',
    name: 'journal',
    properties: [{ path: 'bucket', old: 'old', now: 'new', replaces: true }],
  })
  t.throws(() => readEnginePreview('{}'), { message: /has no steps/ })
})

test('protection that is taken away is a change, although the engine says «same»', (t) => {
  const urn = 'urn:pulumi:prod::payments-lift::aws:ec2/vpnGateway:VpnGateway::gateway'
  const state = (protect: boolean) => ({
    type: 'aws:ec2/vpnGateway:VpnGateway',
    custom: true,
    protect,
    inputs: {},
  })
  const changesOf = (now: boolean) =>
    readEnginePreview(
      JSON.stringify({ steps: [{ op: 'same', urn, oldState: state(true), newState: state(now) }] }),
    ).comparison.changes
  t.deepEqual(changesOf(true), [])
  const [change, ...others] = changesOf(false)
  t.deepEqual(others, [])
  t.like(change, { op: 'update', name: 'gateway', properties: [] })
  t.is(weakenings(change!)[0]?.path, 'protect')
})

test('where the engine goes stands in its settings: it tells the stack before its outputs are known', (t) => {
  const urn = 'urn:pulumi:prod::payments-lift::pulumi:pulumi:Stack::payments-lift-prod'
  const type = 'pulumi:pulumi:Stack'
  const outputs = { phase: 'cutover', weight: 100, removal: 'unprotect', accountId: '333333333333' }
  const config = {
    'aws:allowedAccountIds': '["333333333333"]',
    'payments-lift:phase': 'decommission',
    'payments-lift:weight': '100',
    'payments-lift:removal': 'remove',
    'payments-lift:disposable': 'true',
  }
  const step = { op: 'same', urn, oldState: { type, outputs }, newState: { type } }
  const { base, head } = readEnginePreview(JSON.stringify({ config, steps: [step] }))
  t.like(base, { phase: 'cutover', weight: 100, accountId: '333333333333' })
  t.like(head, { phase: 'decommission', weight: 100, removal: 'remove', disposable: true })
  t.is(head.accountId, '333333333333')
})
