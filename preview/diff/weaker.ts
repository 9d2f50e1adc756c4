import type { Change } from './compare.ts'
import { lostWith } from './kinds.ts'
import { less, more } from './looks.ts'
import type { PropertyChange } from './properties.ts'
import { safeties } from './safeties.ts'

/** A change that takes a safety away, in words; the resource is updated and still there. */
export interface Weakening {
  path: string
  words: string
  /** Is it hardly ever meant, so that somebody must say why? */
  grave: boolean
}

/** Alarm thresholds: which way is laxer depends on what the alarm compares. */
function laxerAlarm({ type, now, old }: Change, { path, old: before, now: after }: PropertyChange) {
  if (!type.endsWith(':MetricAlarm') || !now || !old) return undefined
  if (/^(evaluationPeriods|datapointsToAlarm)$/.test(path))
    return more('the alarm fires later')(before, after)
  if (path !== 'threshold') return undefined
  const below = String(now.inputs.comparisonOperator).startsWith('LessThan')
  return (below ? less : more)('the alarm fires later')(before, after)
}

/** What a change takes away, each property once, the grave first. */
export function weakenings(change: Change): Weakening[] {
  const { old, now, properties, type } = change
  if (!old || !now) return []
  const unprotected = old.protect && !now.protect && lostWith(type) !== undefined
  const found = properties.flatMap((property) => {
    const laxer = laxerAlarm(change, property)
    if (laxer) return [{ path: property.path, words: laxer, grave: false }]
    for (const { ends, look, grave = false } of safeties) {
      const words = ends.test(property.path) ? look(property.old, property.now) : undefined
      if (words) return [{ path: property.path, words, grave }]
    }
    return []
  })
  return [
    ...(old.protect && !now.protect
      ? [{ path: 'protect', words: 'Pulumi would destroy it without asking', grave: unprotected }]
      : []),
    ...found.sort((a, b) => Number(b.grave) - Number(a.grave)),
  ]
}
