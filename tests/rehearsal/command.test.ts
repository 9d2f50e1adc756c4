/** `npm run rehearse` as a stranger types it. */
import { chmodSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readOptions } from '../../rehearsal/run/options.ts'
import { UsageError } from '../../rehearsal/run/usage.ts'
import { begin } from '../command.ts'
import { testSandbox } from '../postgres.ts'

const file = join(testSandbox().dir, 'a-file')
writeFileSync(file, '')

const wrong: [name: string, args: string[], env: Record<string, string>, message: RegExp][] = [
  ['an unknown flag', ['--fast'], {}, /Unknown option '--fast'/],
  [
    'PgBouncer that is not installed',
    ['--gate', 'pgbouncer'],
    { LIFT_PROGRAMS: '/nowhere' },
    /PgBouncer is not installed \(apt-get install/,
  ],
  [
    'moto that Python does not find',
    ['--aws', 'moto'],
    { PYTHON: '/nowhere/python' },
    /^--aws moto: Python does not find moto \(pip install 'moto\[server,all\]==[\d.]+'; PYTHON names/m,
  ],
  [
    'a temporary folder that is not there',
    [],
    { TMPDIR: '/nowhere' },
    /^the folder for temporary files cannot be used: ENOENT.*; set TMPDIR to another$/m,
  ],
  [
    'a report folder in the place of a file',
    ['--report', join(file, 'report')],
    {},
    /cannot be written to .*a part of the path is a file/,
  ],
]

for (const [name, args, env, message] of wrong) {
  test(`${name}: one clear line and exit 2`, async (t) => {
    const { text, ended } = begin('rehearse', args, env)
    t.is(await ended, 2)
    t.regex(text.err, message)
    t.notRegex(text.err, /\n\s+at /)
    t.is(text.out, '')
  })
}

test('an option out of its range is refused with the range', async (t) => {
  const refused = (args: string[], message: RegExp) =>
    t.throwsAsync(readOptions(args), { instanceOf: UsageError, message })
  await refused(['--rate', '0'], /^--rate 0: a whole number from 20 to 2000$/)
  await refused(['--rate', 'many'], /^--rate many: a whole number/)
  await refused(['--gate', 'door'], /^--gate door: choose auto, pgbouncer or service$/)
  await refused(['--aws', 'cloud'], /^--aws cloud: there is moto$/)
  await refused(['--seed=-1'], /^--seed -1: a whole number from 0/)
})

for (const after of ['Starting PostgreSQL', 'On-premises: PostgreSQL']) {
  test(`Ctrl-C after «${after}» leaves nothing behind`, async (t) => {
    // A temporary folder of its own shows what is left.
    const tmp = mkdtempSync(join(testSandbox().dir, 'tmp-'))
    chmodSync(tmp, 0o711)
    const { child, text, ended } = begin('rehearse', ['--report', join(tmp, 'report'), '--gate', 'service'], {
      TMPDIR: tmp,
    })
    const said = new Promise<void>((resolve) =>
      child.stdout.on('data', () => text.out.includes(after) && resolve()),
    )
    const early = ended.then((code) =>
      Promise.reject(new Error(`it ended with ${code} before:\n${text.err}`)),
    )
    await Promise.race([said, early])
    early.catch(() => {})
    child.kill('SIGINT')
    t.is(await ended, 130)
    t.deepEqual(readdirSync(tmp), ['report'])
    t.regex(text.out, /Interrupted/)
  })
}
