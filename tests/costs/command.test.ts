import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { costs } from '../../costs/main.ts'
import { jsonLine, talk, textLine } from './samples.ts'

const dir = mkdtempSync(join(tmpdir(), 'costs-test-'))
test.after.always(() => rmSync(dir, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

const command = (args: string[], input: string | Buffer = '') => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'scripts/costs.ts', ...args],
    { input, env: { ...process.env, NO_UPDATE_NOTIFIER: '1' } },
  )
  return { status, out: stdout.toString(), err: stderr.toString() }
}
/** The same without a process of its own. */
const answer = (args: string[], input: string | Buffer = '') =>
  costs(args, Readable.from([Buffer.from(input)]) as NodeJS.ReadStream)
const total = async (args: string[], input?: string | Buffer) =>
  JSON.parse(await answer([...args, '--json'], input)).total

test('the line of the talk under each rule, in ms and dollars', async (t) => {
  const path = file('talk.log', talk)
  for (const [rounding, ms] of [
    ['billed', 700],
    ['1ms', 647],
    ['100ms', 700],
  ] as const) {
    const { billedMs, billedGbSeconds, usd, usdAfterFreeTier } = await total([path, '--rounding', rounding])
    t.is(billedMs, ms)
    t.is(billedGbSeconds, (ms / 1000) * 0.125)
    t.true(Math.abs(usd - (0.0000002 + billedGbSeconds * 0.0000166667)) < 1e-15)
    t.is(usdAfterFreeTier, 0)
  }
})

test('text, JSON, gzip, several members and standard input are one input', async (t) => {
  const text = `${textLine({ ms: 10.5, billedMs: 11 })}\n`
  const json = `${jsonLine({ ms: 20.1, billedMs: 21 })}\r\n`
  const packed = Buffer.concat([gzipSync(text), gzipSync(json)])
  const all = await total([file('a.log', text), file('b', json), file('c.dat', packed), '-'], packed)
  t.is(all.billedMs, 3 * 32)
  t.is(all.invocations, 6)
})

test('80 columns whatever the names and figures; unreadable reports and escapes are shown harmlessly', (t) => {
  const lines = [0, 1, 2].flatMap((size) =>
    Array.from({ length: 120 }, (_, index) =>
      JSON.stringify({
        logGroup: `/aws/lambda/a-function-with-a-name-of-quite-some-length-${index % 3}`,
        timestamp: Date.UTC(2026, 2, 1, index),
        message: textLine({
          ms: 899_999.99,
          billedMs: 905_000,
          memoryMb: 10_240 - size,
          usedMb: 9000 - size,
          initMs: 5000,
        }),
      }),
    ),
  )
  const { status, out } = command(['-'], `${lines.join('\n')}\nREPORT RequestId: \u001b[31mcut`)
  t.is(status, 0)
  t.deepEqual(
    out.split('\n').filter((line) => [...line].length > 80),
    [],
  )
  t.regex(out, /1 reports could not be read/)
  t.false(out.includes('\u001b'))
})

test('the page is one file that runs nothing, with names escaped', async (t) => {
  const line = JSON.stringify({
    logGroup: '<script>alert(1)</script>',
    message: textLine({ ms: 9, billedMs: 9 }),
  })
  const page = join(dir, 'page.html')
  await answer(['-', '--html', page], line)
  const html = readFileSync(page, 'utf8')
  t.notRegex(html, /<script|https?:\/\/(?!www.w3.org)/)
  t.regex(html, /&lt;script&gt;/)
  t.is(html.match(/<svg /g)?.length, 3)
  t.notRegex(html, /NaN|undefined|Infinity/)
})

const wrong: [name: string, args: string[], message: RegExp][] = [
  ['a file that is not there', [join(dir, 'none')], /none: there is no such file/],
  ['a folder', [dir], /is a folder; name its files/],
  [
    'half a gzip',
    [file('half.gz', gzipSync(textLine({ ms: 1, billedMs: 1 }).repeat(50)).subarray(0, 60))],
    /ends in the middle of its gzip data/,
  ],
  ['no report', [file('empty.log', 'hello\n')], /no report in 1 lines/],
  [
    'only damaged reports',
    [file('cut.log', 'REPORT RequestId: 1\n')],
    /1 are damaged, the first at .*cut.log:1/,
  ],
  ['an unknown rule', ['-', '--rounding', '10ms'], /--rounding 10ms: choose billed, 1ms, 100ms/],
  ['an unknown option', ['--fast'], /Unknown option '--fast'/],
  [
    'a span that is none',
    ['--log-group', 'x', '--since', 'soon'],
    /--since soon: write a number and m, h, d or w/,
  ],
  ['files and log groups', ['a', '--log-group', 'x'], /not both/],
  ['a page in the place of a folder', [file('one.log', talk), '--html', dir], /--html .*cannot be written/],
]
for (const [name, args, message] of wrong) {
  test(`${name} is one line`, async (t) => {
    const error = await t.throwsAsync(answer(args), { message })
    t.false(error?.message.includes('\n'))
  })
}

test('a mistake, the command’s own and one of its options: one line, exit code 2', (t) => {
  for (const name of ['a file that is not there', 'an unknown option']) {
    const [, args, message] = wrong.find(([title]) => title === name)!
    const { status, out, err } = command(args)
    t.is(status, 2)
    t.is(out, '')
    t.regex(err, message)
    t.notRegex(err, /\n\s+at /)
  }
})
