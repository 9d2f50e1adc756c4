import type { judge } from '../../policy/check.ts'
import { consequences, type StackReport, type Tools } from './analyse.ts'
import type { EngineComparison } from './engine-preview.ts'
import { illegalMove, moveWords } from './moves.ts'

/**
 * The report of what the real engine says. Reasons for `*` resources stand in the program, which did not run here, so
 * that one rule is left to the offline preview; everything else is the same.
 */
export function engineReport(
  { stack, base, head, comparison, errors }: EngineComparison,
  tools: Tools,
): StackReport {
  const all = consequences(base, head, tools)
  const first = base.resources.length === 0
  const without = (list: ReturnType<typeof judge>['broken']) =>
    list.filter(({ rule }) => rule.name !== 'no-any-resource-without-reason')
  return {
    stack,
    disposable: head.disposable,
    existence: first ? 'new' : undefined,
    from: first ? undefined : { phase: base.phase, weight: base.weight },
    to: { phase: head.phase, weight: head.weight },
    move: first ? undefined : moveWords(base, head),
    illegal: first ? undefined : illegalMove(base, head),
    ...(errors.length > 0 && { refused: { side: 'head' as const, says: errors.join(' ') } }),
    now: { ...all, ...comparison, broken: without(all.broken), brokenBefore: without(all.brokenBefore) },
  }
}
