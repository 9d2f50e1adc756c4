import test from 'ava'
import fc from 'fast-check'
import type { Report } from '../../../rehearsal/report/data.ts'
import { reportHtml } from '../../../rehearsal/report/html.ts'
import { anyReport, HOSTILE, withText } from './arbitrary.ts'
import { failedReport, sampleReport } from './sample.ts'

const LARGEST = 300_000

test('the verdict and its figures come first, in words', (t) => {
  const report = sampleReport()
  const page = reportHtml(report)
  const acknowledged = report.payments.acknowledged.toLocaleString('en-US')
  const longest = Math.round(Math.max(...report.switchovers.map(({ writePauseMs }) => writePauseMs)))
  const [first] = page.split('<h2>')
  t.regex(first!, />PASS</)
  t.true(first!.includes(`${acknowledged} payments acknowledged, 0 lost, 0 doubled, 0 misposted, 0 failed`))
  t.true(first!.includes(`longest write pause ${longest}\u00a0ms`))
  t.regex(page, /<title>PASS · rehearsal of 2026-03-14 02:00:00 UTC<\/title>/)
  t.notRegex(page, /class="figure bad"/)
})

test('a failed rehearsal says why, names every payment, and how to run it again', (t) => {
  const report = failedReport()
  const page = reportHtml(report)
  t.regex(page, />FAIL</)
  t.notRegex(page, />PASS</)
  for (const { paymentId } of Object.values(report.findings).flat())
    t.true(page.includes(`<code>${paymentId}</code>`))
  t.is(occurrences(page, '<li>'), report.verdictReasons.length + report.skipped.length)
  t.true(page.includes('Not listed: 49 failed more.'))
  t.true(page.includes('<summary>2 more, with their names</summary>'))
  t.true(page.includes('npm run rehearse -- --rate 200 --gate service --seed 7 --keep'))
  t.true(page.includes('1 lost, 0 doubled, 2 misposted, 61 failed'))
  t.is(occurrences(page, 'class="figure bad"'), 4, 'lost, misposted, failed, ledger')
})

test('every write pause is marked and named on the latency plot', (t) => {
  const report = sampleReport()
  const page = reportHtml(report)
  for (const { kind, writePauseMs } of report.pauses) {
    t.true(page.includes(`>${kind} ${Math.round(writePauseMs)}\u00a0ms</text>`))
  }
  const withoutLegends = 2 * report.pauses.length
  t.is(occurrences(page, 'class="mark pause"'), withoutLegends + 2)
})

test('every step is there with its timing, and the slow and the failed are marked', (t) => {
  const report = failedReport()
  const page = reportHtml(report)
  const table = page.slice(page.indexOf('<h2>Steps</h2>'))
  for (const { step } of report.steps) t.true(table.includes(`<th scope="row">${step}`))
  t.is(occurrences(table, '<caption>'), 6)
  t.true(table.includes('archive <em>failed</em>'))
  t.is(occurrences(table, 'class="slow"'), 1)
  t.is(occurrences(page, '>✕ decommission</text>'), 2, 'in the wide and the narrow plot')
  t.is(occurrences(reportHtml(sampleReport()), '✕ '), 1, 'only in the style sheet')
})

test('weights asked and seen, the environment and what was skipped are told', (t) => {
  const report = sampleReport()
  const page = reportHtml(report)
  const seen = (100 * report.shift[2]!.cloud) / (report.shift[2]!.cloud + report.shift[2]!.onPremises)
  t.true(page.includes(`<strong>${seen.toFixed(1)}\u00a0%</strong>`))
  t.true(page.includes('PostgreSQL 14.23'))
  t.true(page.includes('apt-get install pgbouncer'))
})

test('a step that one switchover did not have is a dash, whatever its name', (t) => {
  const report = sampleReport()
  report.switchovers[0]!.stepsMs = { constructor: 7 }
  const page = reportHtml(report)
  t.regex(page, /<th scope="row">constructor<\/th><td>.*?7\u00a0ms.*?<\/td><td>–<\/td><td>–<\/td>/)
})

test('it loads nothing and runs nothing', (t) => {
  const page = reportHtml(failedReport())
  t.notRegex(page, /<script|<link[^>]+stylesheet|<img|<iframe|@import|url\(|\son\w+=|\ssrc=/i)
  t.notRegex(page, /https?:\/\//)
  t.regex(page, /default-src 'none'; style-src 'unsafe-inline'; img-src data:/)
})

test('texts of others stay texts', (t) => {
  const page = reportHtml(withText(sampleReport(), HOSTILE))
  t.notRegex(page, /<script|(?!\n)\p{Cc}/u)
  t.true(page.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;'))
  t.deepEqual(unbalanced(page), [])
})

test('any report makes a whole page with numbers in it', (t) => {
  fc.assert(
    fc.property(anyReport, (report) => {
      const page = reportHtml(report)
      return (
        unbalanced(page).length === 0 &&
        !/NaN|Infinity|undefined|null|\[object/.test(page) &&
        page.length < LARGEST
      )
    }),
    { numRuns: 150 },
  )
  t.pass()
})

test('a rehearsal that stopped before anything happened still has a page', (t) => {
  const page = reportHtml(nothing())
  t.true(page.includes('no switchover took place'))
  t.true(page.includes('No step ran.'))
  t.notRegex(page, /NaN|Infinity|undefined/)
})

for (const [name, scale] of [
  ['90 seconds', 1.1],
  ['an hour', 58],
] as const) {
  test(`a run of ${name} stays under 300 kB`, (t) => {
    const report = sampleReport({ scale, rate: 500 })
    const size = Buffer.byteLength(reportHtml(report))
    t.log(`${Math.round(report.durationMs / 1000)} s: ${Math.round(size / 1000)} kB`)
    t.true(size < LARGEST, `${size} bytes`)
  })
}

function nothing(): Report {
  const report = sampleReport()
  const series = { stepMs: 250, requests: [], latency: [], replicationLag: [], weight: [] }
  const payments = { attempted: 0, acknowledged: 0, failed: 0, lost: 0, duplicated: 0, misposted: 0 }
  return {
    ...report,
    series,
    payments,
    durationMs: 0,
    switchovers: [],
    pauses: [],
    shift: [],
    steps: [],
    skipped: [],
  }
}

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1
}

/** Elements that are not closed, or closed where they are not open, and any bracket that is not a tag's. */
function unbalanced(page: string): string[] {
  const open: string[] = []
  const wrong: string[] = []
  const rest = page
    .replace(/^<!doctype html>/, '')
    .replace(/<style>[^<]*<\/style>/, '')
    .replace(/<(\/?)([a-z][a-z0-9]*)(?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*(\/?)>/g, (_, close, name, self) => {
      if (self === '/' || /^(meta|link|br)$/.test(name)) return ''
      if (close === '') open.push(name)
      else if (open.pop() !== name) wrong.push(name)
      return ''
    })
  return [...open, ...wrong, ...(rest.match(/[<>].{0,20}/g) ?? [])]
}
