/** `npm run faults` as a stranger types it, and which trials follow. */
import test from 'ava'
import { readFaultOptions } from '../../rehearsal/faults/options.ts'
import { trials } from '../../rehearsal/faults/trials.ts'
import { UsageError } from '../../rehearsal/run/usage.ts'
import { begin } from '../command.ts'

const wrong: [args: string[], message: RegExp][] = [
  [['--foo'], /^Unknown option '--foo'. Usage:/],
  [['--only', 'earthquake'], /^--only earthquake: no fault has that in its name. Usage:/],
  [['--runs', 'many'], /^--runs many: a whole number from 1/],
  [['--deadline', '100'], /^--deadline 100: a whole number from 500 to 60000$/],
  [['--rate', '0'], /^--rate 0: a whole number from 1 to 2000$/],
  [['--seed', '3000000000'], /^--seed 3000000000: a whole number from 0/],
  [['--aws', 'cloud'], /^--aws cloud: there is moto$/],
]
for (const [args, message] of wrong)
  test(`${args.join(' ')} is refused before anything starts`, async (t) => {
    await t.throwsAsync(readFaultOptions(args), { instanceOf: UsageError, message })
  })

test('the command says it in a line or two, and ends with 2', async (t) => {
  const { text, ended } = begin('faults', ['--deadline', '100'])
  t.is(await ended, 2)
  t.is(text.err, '--deadline 100: a whole number from 500 to 60000\n')
})

const of = (only: string, gate: 'pgbouncer' | 'service' = 'pgbouncer') =>
  trials({ only, runs: 5, seed: 1, asleepMs: 0, aws: false, gate })

test('what is done to a PgBouncer is left out where there is none, and said so', (t) => {
  const lacking = (gate: 'pgbouncer' | 'service') =>
    of('pause', gate).flatMap(({ name, lacks }) => (/PgBouncer/.test(lacks ?? '') ? [name] : []))
  t.deepEqual(lacking('pgbouncer'), [])
  t.deepEqual(lacking('service'), [
    'PgBouncer restarted after pause',
    'PgBouncer restarted after decide',
    'a transaction through the gate that does not end',
    'an ini that PgBouncer rejects',
  ])
})

test('every kill is there in pairs, and the watchdog decides only what it guards', (t) => {
  const kills = of('every-kill')
  t.is(kills.length, 2 * 3 * 2 * 17)
  const plain = (name: string) => name.replace(/, then .*/, '')
  for (let at = 0; at < kills.length; at += 2) t.is(plain(kills[at]!.name), plain(kills[at + 1]!.name))
  const decided = of('sleepers').filter(({ name }) => name.endsWith('the watchdog decided'))
  t.regex(decided[0]!.name, /before pause/)
  t.regex(decided.at(-1)!.name, /before clear-away/)
  t.is(of('sleepers').length - decided.length, 17)
})
