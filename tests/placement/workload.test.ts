import { spawnSync } from 'node:child_process'
import test from 'ava'
import { parseWorkloads, WorkloadError } from '../../placement/workload.ts'

const good = 'workloads:\n  a:\n    requestsPerSecond: 1\n    durationMs: 5\n    memoryMb: 128\n'

test('defaults are filled in', (t) => {
  const a = parseWorkloads(good, 'a.yaml').get('a')!
  t.like(a, { longConnections: false, hostAccess: false, imageMb: 50, architecture: 'arm64' })
})

const wrong: [name: string, text: string, message: RegExp][] = [
  [
    'a rate of 0',
    good.replace('requestsPerSecond: 1', 'requestsPerSecond: 0'),
    /^a.yaml:3: a.requestsPerSecond: .*above 0/,
  ],
  [
    'text for a number',
    good.replace('durationMs: 5', 'durationMs: soon'),
    /^a.yaml:4: a.durationMs: write the mean/,
  ],
  ['a missing key', good.replace('    memoryMb: 128\n', ''), /a.memoryMb: write the memory in MB/],
  ['an unknown key', `${good}    memory: 5\n`, /memory/],
  [
    'a burst below the mean',
    `${good}    peakRequestsPerSecond: 0.5\n`,
    /^a.yaml:6: .*not less than the mean/,
  ],
  ['no workloads', 'a: 1\n', /workloads/],
  ['an empty file', '', /begin with workloads:/],
  ['broken YAML', 'workloads: [\n', /^a.yaml:\d+: /],
  ['a key twice', `${good}    memoryMb: 256\n`, /^a.yaml:\d+: .*unique/],
]
for (const [name, text, message] of wrong) {
  test(`${name}: where and what to do`, (t) => {
    t.throws(() => parseWorkloads(text, 'a.yaml'), { instanceOf: WorkloadError, message })
  })
}

test('every problem is told, not the first alone', (t) => {
  const error = t.throws(() => parseWorkloads('workloads:\n  a: { requestsPerSecond: -1 }\n', 'a.yaml'))
  t.is(error!.message.split('\n').length, 3)
})

const command = (args: string[], input = '') =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/placement.ts', ...args], {
    encoding: 'utf8',
    input,
  })

test('the command: tables, JSON, and exit code 2 without a stack trace', (t) => {
  const { stdout, status } = command(['-'], good)
  t.is(status, 0)
  t.regex(stdout, /^a: function\n> function/)
  t.true(stdout.split('\n').every((line) => line.length <= 80))
  t.is(JSON.parse(command(['-', '--json'], good).stdout)[0].place, 'function')
  for (const args of [['/nowhere.yaml'], [], ['a', 'b'], ['--fast']]) {
    const { status, stderr, stdout } = command(args)
    t.is(status, 2)
    t.is(stdout, '')
    t.notRegex(stderr, /\n\s+at /)
  }
})
