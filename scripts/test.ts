/**
 * `npm test [-- FILES]`: every test that this machine can run; says what was skipped and how to get what it
 * wants. `REQUIRE_ALL=1`: a missing part is a failure.
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { openRunFolder } from '../tests/run-folder.ts'

const usage = `npm test [-- FILES]

  FILES           those tests only, e.g. tests/migration/fence.test.ts; all when left out
  REQUIRE_ALL=1   a part that this machine lacks is a failure, not a skip
  THOROUGH=1      all of the long tables of cases, of which a sample runs otherwise`

const files = process.argv.slice(2)
if (files.includes('--help')) {
  console.log(usage)
  process.exit(0)
}
const folder = await openRunFolder(files.length === 0)
const child = spawn(process.execPath, ['node_modules/ava/entrypoints/cli.mjs', ...files], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // A group of its own, so that the processes of all files end with it.
  detached: true,
  env: {
    ...process.env,
    TMPDIR: folder.dir,
    ...(files.length === 0 && { TOGETHER: '1' }),
    ...(process.stdout.isTTY && !process.env.NO_COLOR && { FORCE_COLOR: '1' }),
  },
})
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    interrupted = true
    if (child.exitCode === null && child.pid) process.kill(-child.pid, 'SIGTERM')
  })
const counts = { passed: 0, failed: 0, skipped: 0 }
const reasons = new Set<string>()
/** Behind the list of tests come failures in full, whose lines look like it. */
let listed = true

for await (const line of createInterface({ input: child.stdout })) {
  console.log(line)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what colours are made of
  const text = line.replaceAll(/\u001b\[[0-9;]*m/g, '')
  const reason = /^\s+- .*: skipped, (.+)$/.exec(text)
  if (reason?.[1]) reasons.add(reason[1])
  if (/^\s+─\s*$/.test(text)) listed = false
  const mark = listed && /^\s+([✔✘-]) /.exec(text)?.[1]
  if (mark) counts[mark === '✔' ? 'passed' : mark === '-' ? 'skipped' : 'failed']++
}
const code: number = await new Promise((resolve) =>
  child.exitCode === null ? child.once('exit', (exit) => resolve(exit ?? 1)) : resolve(child.exitCode),
)
await folder.close()

if (interrupted) {
  console.log('Interrupted.')
  process.exit(130)
}
for (const reason of reasons) console.log(`skipped for want of a part: ${reason}`)
// A file that did not load, or did not end, is a failure that has no test of its own.
if (code !== 0 && counts.failed === 0) counts.failed = 1
console.log(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
)
process.exit(code)
