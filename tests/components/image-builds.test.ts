import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'

const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'images-'))
test.after.always(() => rmSync(folder, { recursive: true, force: true }))

/** What a stage that builds does with our own files: what it copies, and what it then runs. */
function buildStage(image: string): { copied: string[]; runs: string[] } {
  const text = readFileSync(join(root, 'services', image, 'Dockerfile'), 'utf8').replaceAll(/\\\n/g, '')
  const stage = text.split(/^FROM /m).find((each) => / AS build$/m.test(each)) ?? ''
  const all = (word: string) =>
    [...stage.matchAll(new RegExp(`^${word} (.*)$`, 'gm'))].map(([, rest]) => rest!)
  return {
    copied: all('COPY').flatMap((line) => line.split(' ').slice(0, -1)),
    runs: all('RUN').filter((line) => !line.startsWith('npm ci')),
  }
}

/** Runs the stage with what it copies and the installed packages; `/app` and `/agent` are folders of `into`. */
async function build(image: string, into: string): Promise<void> {
  const { copied, runs } = buildStage(image)
  mkdirSync(join(into, 'node_modules'), { recursive: true })
  for (const each of readdirSync(join(root, 'node_modules')).filter((name) => name !== '.cache'))
    symlinkSync(join(root, 'node_modules', each), join(into, 'node_modules', each))
  for (const each of copied) cpSync(join(root, each), join(into, each), { recursive: true })
  for (const run of runs)
    await promisify(execFile)('sh', ['-c', run.replaceAll(/(?<=['" ])\/(app|agent)\//g, `${into}/$1/`)], {
      cwd: into,
    })
}

/** What must be there in the end, by the folder of the Dockerfile. */
const made = {
  payments: ['app/server.mjs'],
  'outbox-relay': ['app/server.mjs'],
  'route-agent': ['agent/server.mjs', 'agent/healthy'],
  runner: [
    'dist/watchdog/main.mjs',
    ...['scripts-runbook', 'scripts-verify', 'migration-runbook'].map(
      (name) => `node_modules/.cache/payments-lift/${name}/made.json`,
    ),
  ],
}

for (const [image, files] of Object.entries(made))
  test.serial(`${image}: the lines of its Dockerfile build it from what they copy`, async (t) => {
    const into = join(folder, image)
    await build(image, into)
    for (const file of files) t.true(statSync(join(into, file)).size > 0, file)
    if (image === 'route-agent') t.is(statSync(join(into, 'agent/healthy')).mode & 0o111, 0o111)
  })
