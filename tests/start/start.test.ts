import { execFile } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

const root = resolve(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'start-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

const own = ['start/start.mjs', 'start/bundle.mjs']
const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
const run = async (...args: string[]) =>
  (await promisify(execFile)(process.execPath, ['start/start.mjs', 'say', ...args], { cwd: folder })).stdout
const kept = async () =>
  (await readdir(join(folder, 'node_modules/.cache/payments-lift/scripts-say'))).filter(
    (name) => name !== 'made.json',
  )

test('a command is made once, and anew when a source of it changes', async (t) => {
  for (const each of ['scripts', 'start', 'part', 'node_modules']) mkdirSync(join(folder, each))
  for (const each of own) copyFileSync(join(root, each), join(folder, each))
  for (const each of ['esbuild', 'zod'])
    symlinkSync(join(root, 'node_modules', each), join(folder, 'node_modules', each))
  write('package-lock.json', '{}')
  write('part/where.ts', 'export const where: string = import.meta.dirname')
  write('part/late.ts', "import { z } from 'zod'\nexport const late = z.string().parse('late')")
  write(
    'scripts/say.ts',
    `import { where } from '../part/where.ts'
     console.log(process.argv.slice(2).join(' '), where, (await import('../part/late.ts')).late)`,
  )
  const expected = `a b ${join(folder, 'part')} late\n`
  t.is(await run('a', 'b'), expected)
  const [first] = await kept()
  t.is(await run('a', 'b'), expected)
  t.deepEqual(await kept(), [first])
  write('part/late.ts', "export const late = 'later'")
  t.is(await run('a', 'b'), expected.replace('late', 'later'))
  t.is((await kept()).length, 2)
})

test('every command of package.json that starts so can be made into one file', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const names = Object.values<string>(scripts).flatMap(
    (line) => line.match(/start\/start\.mjs (\S+)/)?.[1] ?? [],
  )
  t.deepEqual(names.toSorted(), ['rehearse', 'runbook', 'test', 'verify'])
  const project = mkdtempSync(join(folder, 'project-'))
  for (const each of ['scripts', 'start']) mkdirSync(join(project, each))
  for (const each of own) copyFileSync(join(root, each), join(project, each))
  mkdirSync(join(project, 'node_modules'))
  const packages = readdirSync(join(root, 'node_modules')).filter((name) => !name.startsWith('.'))
  for (const each of [
    ...packages.map((name) => `node_modules/${name}`),
    ...names.map((name) => `scripts/${name}.ts`),
  ])
    symlinkSync(join(root, each), join(project, each))
  writeFileSync(join(project, 'package-lock.json'), '{}')
  for (const name of names) {
    await promisify(execFile)(process.execPath, ['start/start.mjs', name, '--help'], { cwd: project })
    const made = await readdir(join(project, 'node_modules/.cache/payments-lift', `scripts-${name}`))
    t.true(made.includes('made.json'), `${name}: ${made}`)
  }
})
