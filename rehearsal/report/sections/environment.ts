import type { Markup } from '../../../page/markup.ts'
import { markup } from '../../../page/markup.ts'
import type { Report } from '../data.ts'
import { count, duration } from '../format.ts'

/** What it ran on: whoever compares two reports looks here first. */
export function environmentSection(report: Report): Markup {
  const { environment } = report
  const facts: [string, string][] = [
    ['On-premises', `PostgreSQL ${report.source.version}`],
    ['AWS', `PostgreSQL ${report.target.version}`],
    ['Write gate', `${report.gate}: ${environment.gateDetail}`],
    ['Rate', `${count(report.rate)} payments a second`],
    ['Seed', String(report.seed)],
    [
      'Machine',
      `${environment.cores} ${environment.cores === 1 ? 'core' : 'cores'}, Node ${environment.node}`,
    ],
    ['Started', utc(report.startedAt)],
    ['Took', duration(report.durationMs)],
  ]
  return markup`<section><h2>Environment</h2><dl class="facts">${facts.map(
    ([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></section>`
}

/** What a green verdict does not speak of. */
export function skippedSection({ skipped }: Report): Markup {
  if (skipped.length === 0) {
    return markup`<section><h2>Skipped</h2><p>Nothing: every part was there.</p></section>`
  }
  return markup`<section><h2>Skipped</h2><p class="note">Not part of this rehearsal, because it was not on this machine.</p><ul>${skipped.map(
    (part) => markup`<li>${part}</li>`,
  )}</ul></section>`
}

/** `2026-03-14T02:00:00.123Z` → `2026-03-14 02:00:00 UTC`; anything else as it is. */
export function utc(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/.exec(iso)
  return match === null ? iso : `${match[1]} ${match[2]} UTC`
}
