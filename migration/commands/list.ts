import { pageNames, readPage } from '../page/page.ts'

/** What each runbook is for, and when. */
export function listText(): string {
  const pages = pageNames().map(readPage)
  const width = Math.max(...pages.map(({ name }) => name.length))
  return pages
    .map(({ name, title, head, calls }) =>
      [
        `${name.padEnd(width)}  ${title.replace(/^[^:]*: /, '')}${calls.length === 0 ? ' (done by hand)' : ''}`,
        `${''.padEnd(width)}  when: ${head['When'] ?? '?'}`,
      ].join('\n'),
    )
    .join('\n')
}
