import type { Cause } from './finding.ts'
import { code, prose } from './words.ts'

/** How much a report tells: from everything, down to what must never be left out. */
export type Detail = 0 | 1 | 2 | 3

export const causeText = ({ path, old, now, follows }: Cause): string =>
  follows !== undefined
    ? `${code(path)} follows the replacement of ${code(follows)}`
    : path === 'cost'
      ? `${prose(old || 'nothing')} → ${prose(now || 'nothing')}`
      : `${code(path)}: ${code(old)} → ${code(now)}`

export const folded = (title: string, lines: string[]): string[] => [
  `<details><summary>${title}</summary>`,
  '',
  ...lines,
  '',
  '</details>',
  '',
]
