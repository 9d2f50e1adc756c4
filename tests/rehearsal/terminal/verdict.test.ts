import { stripVTControlCharacters } from 'node:util'
import test from 'ava'
import fc from 'fast-check'
import { verdictText } from '../../../rehearsal/terminal/verdict.ts'
import { anyReport, HOSTILE, withText } from '../report/arbitrary.ts'
import { failedReport, sampleReport } from '../report/sample.ts'

const options = { color: false, columns: 80, files: ['report/report.html', 'report/report.json'] }

test('a pass is told at once, with every figure, every switchover and what was skipped', (t) => {
  const report = sampleReport()
  const text = verdictText(report, options)
  const acknowledged = report.payments.acknowledged.toLocaleString('en-US')
  t.true(
    text.startsWith(
      `\n   PASS   ${acknowledged} payments acknowledged, 0 lost, 0 doubled, 0 misposted, 0 failed\n`,
    ),
  )
  t.true(text.endsWith('report/report.json\n'))
  for (const { kind, writePauseMs } of report.switchovers) {
    t.regex(text, new RegExp(`\\n  ${kind} +${Math.round(writePauseMs)} ms +\\d+  reverse-ready \\d+ ms · `))
  }
  t.regex(text, /weight asked +1 % +5 % +25 % +50 % +100 %/)
  t.regex(text, /weight seen +\d\.\d % /)
  t.regex(text, /skipped +PgBouncer as the write gate: apt-get install pgbouncer/)
  t.notRegex(text, /FAIL|✕|again/)
})

test('a failure gives its reasons, and how to run it again', (t) => {
  const report = failedReport()
  const text = verdictText(report, options)
  const joined = text.replace(/\s+/g, ' ')
  t.regex(joined, /^ FAIL .* 1 lost, 0 doubled, 2 misposted, 61 failed/)
  for (const reason of report.verdictReasons) t.true(joined.includes(`✕ ${reason}`))
  t.true(joined.includes('ledger not balanced'))
  t.true(text.includes('npm run rehearse -- --rate 200 --gate service --seed 7 --keep\n'))
})

test('commands and paths are never broken', (t) => {
  const path = `/${'long-folder/'.repeat(8)}report.html`
  const text = verdictText(
    { ...failedReport(), gate: 'pgbouncer', seed: 618_034_579 },
    { ...options, files: [path] },
  )
  t.true(
    text.includes('\n  again\n  npm run rehearse -- --rate 200 --gate pgbouncer --seed 618034579 --keep\n'),
  )
  t.true(text.endsWith(`\n  report\n  ${path}\n`))
})

test('more reasons than fit on a screen are counted', (t) => {
  const verdictReasons = Array.from({ length: 30 }, (_, index) => `payment pay_${index} lost`)
  const text = verdictText({ ...failedReport(), verdictReasons }, options)
  t.is(text.split('✕').length - 1, 8)
  t.true(text.includes('and 22 more, in the report'))
})

test('what a runbook printed is shown by its beginning and its end', (t) => {
  const printed = Array.from({ length: 40 }, (_, index) => `\u001b[31mline ${index}\u001b[0m`)
  const text = verdictText(
    { ...failedReport(), verdictReasons: [['it failed:', ...printed].join('\n')] },
    options,
  )
  t.true(
    text.includes(
      '\n  ✕ it failed:\n    line 0\n    line 1\n    … 29 more lines, in the report …\n    line 31\n',
    ),
  )
  t.true(text.includes('    line 39\n\n'))
})

test('any report fits 80 columns, the same with and without colours', (t) => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const text = verdictText(report, options)
      const tooLong = text.split('\n').filter((line) => [...line].length > 80)
      t.deepEqual(tooLong, [])
      t.notRegex(text, /NaN|Infinity|(?!\n)\p{Cc}/u)
      t.is(stripVTControlCharacters(verdictText(report, { ...options, color: true })), text)
    }),
    { numRuns: 150 },
  )
})

test('texts of others bring no control codes, with colours on neither', (t) => {
  const text = verdictText(withText(sampleReport(), HOSTILE), { ...options, color: true })
  t.false(text.includes('\u0000') || text.includes('\u001b[2J'))
  t.true(text.includes('<script>alert(1)</script>'))
})
