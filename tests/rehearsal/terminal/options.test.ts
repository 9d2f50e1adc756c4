import test from 'ava'
import { terminalOptions } from '../../../rehearsal/terminal/options.ts'

const terminal = { isTTY: true, columns: 132 }
const pipe = {}

const CASES: readonly [
  name: string,
  stream: typeof terminal | typeof pipe,
  env: NodeJS.ProcessEnv,
  object,
][] = [
  ['a terminal', terminal, {}, { tty: true, color: true, columns: 132 }],
  ['a pipe', pipe, {}, { tty: false, color: false, columns: 80 }],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, { tty: true, color: false, columns: 132 }],
  ['NO_COLOR, empty', terminal, { NO_COLOR: '' }, { tty: true, color: true, columns: 132 }],
  [
    'NO_COLOR beside FORCE_COLOR',
    pipe,
    { NO_COLOR: '1', FORCE_COLOR: '1' },
    { tty: false, color: false, columns: 80 },
  ],
  ['FORCE_COLOR in a pipe', pipe, { FORCE_COLOR: '1' }, { tty: false, color: true, columns: 80 }],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, { tty: true, color: false, columns: 132 }],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, { tty: false, color: false, columns: 132 }],
  ['CI with a terminal', terminal, { CI: 'true' }, { tty: false, color: false, columns: 132 }],
  ['CI=false', terminal, { CI: 'false' }, { tty: true, color: true, columns: 132 }],
]

for (const [name, stream, env, expected] of CASES) {
  test(name, (t) => {
    t.deepEqual(terminalOptions(stream, env), expected as ReturnType<typeof terminalOptions>)
  })
}
