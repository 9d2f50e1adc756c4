import type { Change } from '../diff/compare.ts'
import type { PropertyChange } from '../diff/properties.ts'
import { valueText } from './words.ts'

export type Level = 'stop' | 'look'

/** Kinds of findings, the worst first; a report lists them in this order. */
export const kinds = {
  refused: 'the program does not run',
  move: 'an illegal move of phase or weight',
  loosened: 'a stack that is kept becomes disposable',
  stack: 'a stack comes or goes',
  lost: 'data or traffic would be lost',
  guardrail: 'a guardrail breaks',
  weaker: 'a safety is taken away',
  open: 'something becomes reachable',
  rights: 'a role gains rights',
  leap: 'a step of the lift is left out',
  cost: 'it costs more',
  gone: 'resources are destroyed or replaced',
  step: 'the lift moves on',
} as const
export type Kind = keyof typeof kinds

/** Why: a property, old and new, both as text without secrets. */
export interface Cause {
  path: string
  old: string
  now: string
  /** The resource whose replacement is behind it. */
  follows?: string | undefined
}

/** Something a reviewer must not miss. All of it is plain text. */
export interface Finding {
  level: Level
  kind: Kind
  /** The resources, or nobody in particular. */
  names: string[]
  /** What happens to them, a predicate: `would be replaced, with all rows in it`. */
  says: string
  cause?: Cause | undefined
  /** What to do about it. */
  mend?: string | undefined
  /** Such as `prod`, or `prod in cutover` for what shows only in a phase to come. */
  stacks: string[]
}

export const causeOf = ({ path, old, now, follows }: PropertyChange): Cause => ({
  path,
  old: valueText(old, path),
  now: valueText(now, path),
  ...(follows !== undefined && { follows }),
})

/** The property behind a change: the one that replaces, else the first. */
export const firstCause = ({ properties }: Change): Cause | undefined => {
  const own = properties.find(({ replaces, follows }) => replaces && follows === undefined)
  const first = own ?? properties.find(({ replaces }) => replaces) ?? properties[0]
  return first && causeOf(first)
}

const keyOf = ({ names: _, stacks: __, level: ___, cause, ...rest }: Finding) =>
  JSON.stringify([rest, cause && { ...cause, path: cause.path.replace(/\[[^\]]*\]/g, '') }])

/** Findings that say the same of several resources become one. */
export function grouped(findings: Finding[]): Finding[] {
  const groups = new Map<string, Finding>()
  for (const finding of findings) {
    const key = keyOf(finding)
    const known = groups.get(key)
    if (!known) groups.set(key, { ...finding, names: [...finding.names], stacks: [...finding.stacks] })
    else {
      known.names = [...new Set([...known.names, ...finding.names])]
      known.stacks = [...new Set([...known.stacks, ...finding.stacks])]
      if (finding.level === 'stop') known.level = 'stop'
    }
  }
  return [...groups.values()]
}

/** Names of accounts and stacks apart, and values, which the settings of each stack have their own of. */
const alike = ({ kind, names, says, cause, mend, stacks }: Finding): string => {
  const stack = stacks[0]?.split(' ')[0] ?? ''
  const general = says.replaceAll(/\d{12}/g, '').replaceAll(`-${stack}-`, '--')
  return JSON.stringify([kind, [...names].sort(), general, cause?.path, cause?.follows, mend])
}

const both = (one: string, other: string): string =>
  one.split(' / ').includes(other) ? one : `${one} / ${other}`

/** The same finding in several stacks is one, in the words of the first; each stack was grouped before. */
export function merged(perStack: Finding[][]): Finding[] {
  const found = new Map<string, Finding>()
  for (const finding of perStack.flat()) {
    const key = alike(finding)
    const known = found.get(key)
    if (!known) found.set(key, { ...finding })
    else {
      known.stacks = [...new Set([...known.stacks, ...finding.stacks])]
      if (finding.level === 'stop') known.level = 'stop'
      if (known.cause && finding.cause)
        known.cause = {
          ...known.cause,
          old: both(known.cause.old, finding.cause.old),
          now: both(known.cause.now, finding.cause.now),
        }
    }
  }
  const order = Object.keys(kinds)
  return [...found.values()].sort(
    (a, b) =>
      Number(b.level === 'stop') - Number(a.level === 'stop') ||
      order.indexOf(a.kind) - order.indexOf(b.kind) ||
      Number(a.cause?.follows !== undefined) - Number(b.cause?.follows !== undefined),
  )
}
