import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('tests/together/', import.meta.url)

/** Files that a file of tests/together imports: `npm test` runs them there, in one process. */
const together = readdirSync(folder).flatMap((name) =>
  [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^import '\.\.\/(.*)'$/gm)].map(
    ([, file]) => file,
  ),
)

/**
 * What takes longest begins first, so that nothing long is left alone at the end; what mostly waits (for deadlines, for
 * servers) stands before what mostly computes, so that of two files that run at once one uses what the other leaves.
 */
const first = [
  'migration/watchdog',
  'together/program',
  'engine/lift',
  'rehearsal/rehearsal',
  'together/switchover',
  'model/protocol',
  'faults/faults',
  'together/digest',
  'together/plain',
  'migration/runbook-run',
  'policy/proposals',
  'together/rehearsal',
]
const place = (path) => {
  const at = first.findIndex((name) => path.endsWith(`${name}.test.ts`))
  return at === -1 ? first.length : at
}

export default {
  // A file that is named runs by itself.
  files: [
    'tests/**/*.test.ts',
    ...(process.env.TOGETHER === '1' ? together.map((file) => `!tests/${file}`) : ['!tests/together/**']),
  ],
  sortTestFiles: (a, b) => place(a) - place(b) || a.localeCompare(b),
  extensions: { ts: 'module' },
  // The young generation of a test that registers resources is collected all the time at 16 MB (measured: 6 % of its time).
  nodeArguments: ['--import=tsx', '--import=./preview/lean.ts', '--max-semi-space-size=64'],
  workerThreads: false,
  // Three are no faster on two cores (measured: 700 s for 690), and make the tests wait for each other.
  concurrency: 2,
  timeout: process.env.THOROUGH === '1' ? '10m' : '5m',
  environmentVariables: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
}
