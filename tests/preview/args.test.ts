import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { ArgsError, parsePreviewArgs } from '../../preview/args.ts'
import { projectFolder } from '../../settings/stack-file.ts'

const refused = (...args: string[]) => {
  try {
    parsePreviewArgs(args)
    return ''
  } catch (error) {
    if (error instanceof ArgsError) return error.message
    throw error
  }
}

test('flags are read', (t) => {
  const { options, show } = parsePreviewArgs([
    '--stack',
    'prod',
    '--phase=canary',
    '--weight',
    '25',
    '--json',
  ])
  t.like(options, { stack: 'prod', phase: 'canary', weight: 25 })
  t.true(show.json)
})

test('flags that cannot be used are refused in one line, with the nearest that can', (t) => {
  t.regex(refused('--stak', 'prod'), /--stak is no option; the nearest is --stack/)
  t.regex(refused('--stack', 'prod', '--phase', 'canry'), /write one of foundation.*; the nearest is canary/)
  t.regex(refused('--stack', 'prod', '--weight', '101'), /whole number from 0 to 100/)
  t.regex(refused('--stack', 'prod', '--weight', '-1'), /weight/)
  t.regex(refused('--stack', 'prod', '--terraform-plan', '/no/such/folder/x'), /folder is not there/)
  t.regex(refused('--json'), /name a stack/)
  t.regex(refused('prod'), /prod/)
  t.regex(refused('--stack'), /stack/)
})

const run = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const script = join(projectFolder, 'scripts', 'preview.ts')
    execFile(
      process.execPath,
      ['--import', 'tsx', script, ...args],
      { cwd: projectFolder, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })

test('the command prints JSON and writes a plan', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'payments-lift-preview-'))
  try {
    const plan = join(folder, 'plan.json')
    const { code, stdout, stderr } = await run('--stack', 'prod', '--json', '--terraform-plan', plan)
    t.is(stderr, '')
    t.is(code, 0)
    t.like(JSON.parse(stdout), { stack: 'prod', phase: 'foundation' })
    t.truthy(JSON.parse(readFileSync(plan, 'utf8')).planned_values)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a mistake is one line without a stack trace, exit 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['--stack', 'prdo'], /there is no Pulumi\.prdo\.yaml.*did you mean prod/],
    [['--stack', 'prod', '--phase', 'cutover', '--from-phase', 'foundation'], /cannot move to cutover/],
    [['--stack', 'prod', '--phase', 'replicate', '--weight', '7'], /payments-lift:weight/],
  ]
  for (const [args, words] of cases) {
    const { code, stdout, stderr } = await run(...args)
    t.is(code, 2, args.join(' '))
    t.is(stdout, '')
    t.regex(stderr, words)
    t.notRegex(stderr, /\n\s+at /)
  }
})
